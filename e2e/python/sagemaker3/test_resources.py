"""sagemaker-core's resources: created, waited for, listed, invoked, deleted."""

import pytest
from botocore.exceptions import ClientError
from jobs import XGBOOST
from sagemaker.core.resources import Endpoint, EndpointConfig, Model, TrainingJob
from sagemaker.core.shapes import (
    AlgorithmSpecification,
    Channel,
    ContainerDefinition,
    DataSource,
    OutputDataConfig,
    ProductionVariant,
    ResourceConfig,
    S3DataSource,
    StoppingCondition,
)


@pytest.fixture(scope="module")
def job(session, data: str, role_arn: str) -> TrainingJob:
    source = S3DataSource(s3_data_type="S3Prefix", s3_uri=data, s3_data_distribution_type="FullyReplicated")
    job = TrainingJob.create(
        training_job_name="core-job",
        role_arn=role_arn,
        hyper_parameters={"objective": "binary:logistic", "num_round": "5"},
        algorithm_specification=AlgorithmSpecification(training_image=XGBOOST, training_input_mode="File"),
        input_data_config=[
            Channel(channel_name="train", content_type="text/csv", data_source=DataSource(s3_data_source=source))
        ],
        output_data_config=OutputDataConfig(s3_output_path=f"s3://{session.default_bucket()}/core"),
        resource_config=ResourceConfig(instance_type="ml.m5.large", instance_count=1, volume_size_in_gb=1),
        stopping_condition=StoppingCondition(max_runtime_in_seconds=600),
    )
    job.wait(poll=1, logs=True)
    return job


def test_trains_and_finds_jobs(job):
    assert job.training_job_status == "Completed"
    assert job.model_artifacts.s3_model_artifacts.endswith("/core/core-job/output/model.tar.gz")
    assert [found.training_job_name for found in TrainingJob.get_all(name_contains="core-")] == ["core-job"]
    assert TrainingJob.get("core-job").secondary_status == "Completed"
    with pytest.raises(ClientError, match="Requested resource not found"):
        TrainingJob.get("no-such-job")


def test_serves_a_model(job, role_arn, table):
    artifacts = job.model_artifacts.s3_model_artifacts
    model = Model.create(
        model_name="core-model",
        primary_container=ContainerDefinition(image=XGBOOST, model_data_url=artifacts),
        execution_role_arn=role_arn,
    )
    variant = ProductionVariant(
        variant_name="only", model_name="core-model", instance_type="ml.m5.large", initial_instance_count=1
    )
    config = EndpointConfig.create(endpoint_config_name="core-config", production_variants=[variant])
    endpoint = Endpoint.create(endpoint_name="core", endpoint_config_name="core-config")
    endpoint.wait_for_status("InService", poll=1)
    answer = endpoint.invoke(body=table.rows(4), content_type="text/csv")
    scores = [float(line) for line in answer.body.read().decode().split()]
    assert len(scores) == 4 and all(0 < score < 1 for score in scores)
    endpoint.delete()
    endpoint.wait_for_delete(poll=1)
    config.delete()
    model.delete()
    assert list(Model.get_all(name_contains="core-model")) == []
