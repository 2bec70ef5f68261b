"""What the AWS SDK for Python and the AWS CLI are tested with: a bucket, data in it, a trained model."""

import re
from collections.abc import Callable
from dataclasses import dataclass

import boto3
import pytest
from datasets import Table, two_classes
from jobs import FAST, training_request

BUCKET = "e2e-python"


@dataclass(frozen=True)
class Trained:
    """A finished job."""

    name: str
    arn: str
    image: str
    model_data: str


@pytest.fixture(scope="session")
def table() -> Table:
    return two_classes()


@pytest.fixture(scope="session")
def bucket(wildsage, table: Table) -> str:
    """A bucket with training data at `data/train.csv`."""
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket=BUCKET)
    s3.put_object(Bucket=BUCKET, Key="data/train.csv", Body=table.csv().encode())
    return BUCKET


@pytest.fixture
def name(request: pytest.FixtureRequest) -> Callable[[str], str]:
    """Names that no other test has."""
    own = re.sub("[^a-z0-9]+", "-", request.node.name.lower().removeprefix("test_"))[:40].strip("-")
    return lambda kind: f"{own}-{kind}"


@pytest.fixture(scope="session")
def trained(bucket: str, role_arn: str) -> Trained:
    """A model of the built-in XGBoost algorithm."""
    sagemaker = boto3.client("sagemaker")
    request = training_request("trained-by-all", bucket, role_arn)
    arn = sagemaker.create_training_job(**request)["TrainingJobArn"]
    sagemaker.get_waiter("training_job_completed_or_stopped").wait(
        TrainingJobName=request["TrainingJobName"], WaiterConfig=FAST
    )
    job = sagemaker.describe_training_job(TrainingJobName=request["TrainingJobName"])
    assert job["TrainingJobStatus"] == "Completed", job.get("FailureReason")
    return Trained(
        name=request["TrainingJobName"],
        arn=arn,
        image=request["AlgorithmSpecification"]["TrainingImage"],
        model_data=job["ModelArtifacts"]["S3ModelArtifacts"],
    )
