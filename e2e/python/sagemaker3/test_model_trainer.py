"""The SageMaker Python SDK v3: ModelTrainer runs scripts and commands with its own drivers."""

from pathlib import Path

import boto3
import pytest
from sagemaker.core import image_uris
from sagemaker.core.helper.iam_role_resolver import RoleValidationError
from sagemaker.core.utils.exceptions import FailedStatusError
from sagemaker.train import ModelTrainer
from sagemaker.train.configs import Compute, InputData, SourceCode


def log_of(job_name: str) -> list[str]:
    pages = boto3.client("logs").get_paginator("filter_log_events")
    found = pages.paginate(logGroupName="/aws/sagemaker/TrainingJobs", logStreamNamePrefix=job_name)
    return list(found.search("events[].message"))


def commanded(session, role_arn: str, command: str, scripts: Path) -> ModelTrainer:
    image = image_uris.retrieve("sklearn", session.boto_region_name, version="1.2-1", instance_type="ml.m5.large")
    return ModelTrainer(
        training_image=image,
        source_code=SourceCode(source_dir=str(scripts), command=command),
        compute=Compute(instance_type="ml.m5.large", instance_count=1),
        base_job_name="by-command",
        role=role_arn,
        sagemaker_session=session,
    )


def test_runs_a_script_with_requirements(session, trained):
    assert trained.training_job_status == "Completed"
    key = trained.model_artifacts.s3_model_artifacts
    assert key.startswith("s3://sagemaker-us-east-1-111122223333/by-script/")
    log = log_of(trained.training_job_name)
    assert "a thousand is 1,000" in log
    assert "strength: 0.5" in log


def test_runs_a_command(session, role_arn, data, scripts):
    command = "test -f features.py && echo channels: $SM_CHANNELS && cp $SM_CHANNEL_TRAIN/train.csv $SM_MODEL_DIR/"
    trainer = commanded(session, role_arn, command, scripts)
    trainer.train(input_data_config=[InputData(channel_name="train", data_source=data)], wait=True, logs=True)
    job = trainer._latest_training_job
    assert job.training_job_status == "Completed"
    assert any(line.startswith("channels:") and "train" in line for line in log_of(job.training_job_name))


def test_raises_what_made_a_command_fail(session, role_arn, scripts):
    trainer = commanded(session, role_arn, "echo this goes wrong >&2; exit 3", scripts)
    with pytest.raises(FailedStatusError, match="AlgorithmError"):
        trainer.train(wait=True, logs=False)


def test_refuses_a_role_that_may_not_train(session, scripts):
    """The SDK asks iam:SimulatePrincipalPolicy before it starts anything."""
    iam = boto3.client("iam")
    trust = (
        '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole",'
        '"Principal":{"Service":"sagemaker.amazonaws.com"}}]}'
    )
    role = iam.create_role(RoleName="powerless", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    with pytest.raises(RoleValidationError, match="cannot be used for 'training' workloads"):
        commanded(session, role, "true", scripts).train(wait=True, logs=False)
