"""Endpoints through boto3: deployed, invoked, updated to two variants, deleted."""

import json
from datetime import datetime, timedelta, timezone
from functools import partial

import boto3
import pytest
from jobs import FAST
from server import until


@pytest.fixture(scope="module")
def sagemaker(wildsage):
    return boto3.client("sagemaker")


@pytest.fixture(scope="module")
def runtime(wildsage):
    return boto3.client("sagemaker-runtime")


def create_model(sagemaker, name: str, trained, role_arn: str) -> None:
    sagemaker.create_model(
        ModelName=name,
        ExecutionRoleArn=role_arn,
        PrimaryContainer={"Image": trained.image, "ModelDataUrl": trained.model_data},
    )


def create_config(sagemaker, name: str, weights: dict[str, float], model: str) -> None:
    sagemaker.create_endpoint_config(
        EndpointConfigName=name,
        ProductionVariants=[
            {
                "VariantName": variant,
                "ModelName": model,
                "InstanceType": "ml.m5.large",
                "InitialInstanceCount": 1,
                "InitialVariantWeight": weight,
            }
            for variant, weight in weights.items()
        ],
    )


@pytest.fixture(scope="module")
def endpoint(sagemaker, trained, role_arn) -> str:
    create_model(sagemaker, "served", trained, role_arn)
    create_config(sagemaker, "served-one", {"AllTraffic": 1}, "served")
    arn = sagemaker.create_endpoint(EndpointName="served", EndpointConfigName="served-one")["EndpointArn"]
    assert arn == "arn:aws:sagemaker:us-east-1:111122223333:endpoint/served"
    assert sagemaker.describe_endpoint(EndpointName="served")["EndpointStatus"] == "Creating"
    sagemaker.get_waiter("endpoint_in_service").wait(EndpointName="served", WaiterConfig=FAST)
    return "served"


def test_answers_csv_with_one_prediction_a_row(runtime, endpoint, table):
    answer = runtime.invoke_endpoint(
        EndpointName=endpoint, ContentType="text/csv", Body=table.rows(20), CustomAttributes="trace=1", InferenceId="i-1"
    )
    assert answer["ContentType"].startswith("text/csv")
    assert answer["InvokedProductionVariant"] == "AllTraffic"
    predictions = [float(line) for line in answer["Body"].read().decode().split()]
    right = sum((score > 0.5) == bool(label) for score, label in zip(predictions, table.labels[:20], strict=True))
    assert right >= 17


def test_answers_json_when_asked_to(runtime, endpoint, table):
    answer = runtime.invoke_endpoint(
        EndpointName=endpoint, ContentType="text/csv", Accept="application/json", Body=table.rows(2)
    )
    predictions = json.load(answer["Body"])["predictions"]
    assert [set(prediction) for prediction in predictions] == [{"score"}, {"score"}]


def test_passes_the_models_error_on(runtime, endpoint):
    with pytest.raises(runtime.exceptions.ModelError) as failed:
        runtime.invoke_endpoint(EndpointName=endpoint, ContentType="text/csv", Body="not,a,number,here")
    error = failed.value.response
    assert error["ResponseMetadata"]["HTTPStatusCode"] == 424
    assert error["OriginalStatusCode"] == 415
    assert error["OriginalMessage"]
    assert "/aws/sagemaker/Endpoints/served" in error["LogStreamArn"]
    assert error["Error"]["Message"].startswith("Received client error (415) from primary with message")


def test_refuses_an_unknown_endpoint(runtime, sagemaker):
    with pytest.raises(runtime.exceptions.ClientError, match="Endpoint nowhere of account 111122223333 not found"):
        runtime.invoke_endpoint(EndpointName="nowhere", Body=b"1")
    with pytest.raises(sagemaker.exceptions.ClientError, match="Could not find endpoint"):
        sagemaker.describe_endpoint(EndpointName="nowhere")


def test_is_updated_to_two_weighted_variants(sagemaker, runtime, endpoint, table):
    create_config(sagemaker, "served-two", {"Blue": 3, "Green": 1}, "served")
    sagemaker.update_endpoint(EndpointName=endpoint, EndpointConfigName="served-two")
    assert sagemaker.describe_endpoint(EndpointName=endpoint)["EndpointStatus"] == "Updating"
    sagemaker.get_waiter("endpoint_in_service").wait(EndpointName=endpoint, WaiterConfig=FAST)
    described = sagemaker.describe_endpoint(EndpointName=endpoint)
    assert described["EndpointConfigName"] == "served-two"
    assert {variant["VariantName"]: variant["CurrentWeight"] for variant in described["ProductionVariants"]} == {
        "Blue": 3,
        "Green": 1,
    }

    def invoked(**target: str) -> str:
        answer = runtime.invoke_endpoint(EndpointName=endpoint, ContentType="text/csv", Body=table.rows(1), **target)
        return answer["InvokedProductionVariant"]

    assert [invoked(TargetVariant=variant) for variant in ("Green", "Blue", "Green")] == ["Green", "Blue", "Green"]
    chosen = [invoked() for _ in range(60)]
    assert chosen.count("Blue") > chosen.count("Green") > 0


def test_publishes_invocations_and_utilization_as_metrics(runtime, sagemaker, endpoint, table):
    cloudwatch = boto3.client("cloudwatch")
    runtime.invoke_endpoint(EndpointName=endpoint, ContentType="text/csv", Body=table.rows(1))

    def sum_of(namespace: str, metric: str) -> float:
        now = datetime.now(timezone.utc)
        points = cloudwatch.get_metric_statistics(
            Namespace=namespace,
            MetricName=metric,
            Dimensions=[{"Name": "EndpointName", "Value": endpoint}, {"Name": "VariantName", "Value": variant()}],
            StartTime=now - timedelta(hours=1),
            EndTime=now + timedelta(minutes=5),
            Period=3600,
            Statistics=["Sum"],
        )
        return sum(point["Sum"] for point in points["Datapoints"])

    def variant() -> str:
        return sagemaker.describe_endpoint(EndpointName=endpoint)["ProductionVariants"][0]["VariantName"]

    for namespace, metric in (
        ("AWS/SageMaker", "Invocations"),
        ("/aws/sagemaker/Endpoints", "CPUUtilization"),
        ("/aws/sagemaker/Endpoints", "MemoryUtilization"),
    ):
        assert until(f"a sum of {metric}", partial(sum_of, namespace, metric), seconds=90) > 0


def test_is_listed_with_its_model_and_config(sagemaker, endpoint):
    for operation, member, named in (
        ("list_endpoints", "Endpoints[].EndpointName", "served"),
        ("list_models", "Models[].ModelName", "served"),
        ("list_endpoint_configs", "EndpointConfigs[].EndpointConfigName", "served-one"),
    ):
        pages = sagemaker.get_paginator(operation).paginate(NameContains="serve", SortBy="Name", SortOrder="Ascending")
        assert named in list(pages.search(member))


def test_is_deleted(sagemaker, runtime, endpoint, table):
    sagemaker.delete_endpoint(EndpointName=endpoint)
    sagemaker.get_waiter("endpoint_deleted").wait(EndpointName=endpoint, WaiterConfig=FAST)
    with pytest.raises(runtime.exceptions.ClientError, match="not found"):
        runtime.invoke_endpoint(EndpointName=endpoint, ContentType="text/csv", Body=table.rows(1))
    sagemaker.delete_model(ModelName="served")
    with pytest.raises(sagemaker.exceptions.ClientError, match="Could not find model"):
        sagemaker.describe_model(ModelName="served")
