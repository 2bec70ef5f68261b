"""Training jobs through boto3: waiters, paginators, logs, metrics, and what goes wrong."""

import io
import tarfile
from datetime import datetime, timedelta, timezone

import boto3
import pytest
from botocore.exceptions import WaiterError
from jobs import FAST, training_request
from server import until

LOG_GROUP = "/aws/sagemaker/TrainingJobs"


@pytest.fixture(scope="module")
def sagemaker(wildsage):
    return boto3.client("sagemaker")


def wait(sagemaker, job_name: str) -> dict:
    sagemaker.get_waiter("training_job_completed_or_stopped").wait(TrainingJobName=job_name, WaiterConfig=FAST)
    return sagemaker.describe_training_job(TrainingJobName=job_name)


def test_describes_a_finished_job_as_aws_does(sagemaker, trained, role_arn):
    job = sagemaker.describe_training_job(TrainingJobName=trained.name)
    assert job["SecondaryStatus"] == "Completed"
    assert job["RoleArn"] == role_arn
    assert job["ModelArtifacts"]["S3ModelArtifacts"] == f"s3://e2e-python/models/{trained.name}/output/model.tar.gz"
    statuses = [transition["Status"] for transition in job["SecondaryStatusTransitions"]]
    assert statuses[0] == "Starting" and statuses[-2:] == ["Uploading", "Completed"]
    assert "Training" in statuses
    assert job["CreationTime"] <= job["TrainingStartTime"] <= job["TrainingEndTime"]
    assert job["BillableTimeInSeconds"] >= 1
    metrics = {metric["MetricName"]: metric["Value"] for metric in job["FinalMetricDataList"]}
    assert 0 < metrics["train:logloss"] < 0.5
    assert metrics.keys() == {"train:logloss", "validation:logloss"}


def test_leaves_the_model_in_the_bucket(trained):
    key = trained.model_data.removeprefix("s3://e2e-python/")
    body = boto3.client("s3").get_object(Bucket="e2e-python", Key=key)["Body"].read()
    with tarfile.open(fileobj=io.BytesIO(body)) as archive:
        assert [member.name.removeprefix("./") for member in archive if member.isfile()] == ["xgboost-model"]


def test_lists_jobs_in_pages_with_filters(sagemaker, trained, bucket, role_arn):
    for number in range(3):
        sagemaker.create_training_job(**training_request(f"paged-{number}", bucket, role_arn))
    for number in range(3):
        assert wait(sagemaker, f"paged-{number}")["TrainingJobStatus"] == "Completed"
    paginator = sagemaker.get_paginator("list_training_jobs")
    pages = list(
        paginator.paginate(NameContains="paged-", SortBy="Name", SortOrder="Ascending", PaginationConfig={"PageSize": 2})
    )
    assert [[job["TrainingJobName"] for job in page["TrainingJobSummaries"]] for page in pages] == [
        ["paged-0", "paged-1"],
        ["paged-2"],
    ]
    done = paginator.paginate(StatusEquals="Completed", CreationTimeAfter=datetime.now(timezone.utc) - timedelta(hours=1))
    assert {"paged-0", trained.name} <= {job["TrainingJobName"] for job in done.search("TrainingJobSummaries[]")}
    later = datetime.now(timezone.utc) + timedelta(minutes=5)
    assert sagemaker.list_training_jobs(CreationTimeAfter=later)["TrainingJobSummaries"] == []


def test_gives_the_log_forwards_backwards_and_by_pattern(trained):
    logs = boto3.client("logs")
    (stream,) = logs.describe_log_streams(logGroupName=LOG_GROUP, logStreamNamePrefix=f"{trained.name}/")["logStreams"]
    where = {"logGroupName": LOG_GROUP, "logStreamName": stream["logStreamName"]}
    assert stream["logStreamName"].startswith(f"{trained.name}/algo-1-")
    messages, token = [], None
    while True:
        page = logs.get_log_events(**where, startFromHead=True, limit=3, **({"nextToken": token} if token else {}))
        messages += [event["message"] for event in page["events"]]
        if page["nextForwardToken"] == token:
            break
        token = page["nextForwardToken"]
    rounds = [message for message in messages if message.startswith("[")]
    assert len(rounds) == 5
    assert rounds[0].startswith("[0]#011train-logloss:0.")
    last = logs.get_log_events(**where, limit=2)["events"]
    assert [event["message"] for event in last] == messages[-2:]
    found = logs.get_paginator("filter_log_events").paginate(
        logGroupName=LOG_GROUP, logStreamNamePrefix=trained.name, filterPattern='"[3]"'
    )
    assert list(found.search("events[].message")) == [rounds[3]]


def test_gives_metrics_as_statistics_and_as_data(trained):
    cloudwatch = boto3.client("cloudwatch")
    now = datetime.now(timezone.utc)
    dimensions = [{"Name": "TrainingJobName", "Value": trained.name}]
    window = {"StartTime": now - timedelta(hours=1), "EndTime": now + timedelta(minutes=5)}
    metric = {
        "Namespace": "/aws/sagemaker/TrainingJobs",
        "MetricName": "train:logloss",
        "Dimensions": dimensions,
    }
    points = cloudwatch.get_metric_statistics(
        **metric, **window, Period=3600, Statistics=["Minimum", "Maximum", "SampleCount"]
    )["Datapoints"]
    assert sum(point["SampleCount"] for point in points) == 5
    assert min(point["Minimum"] for point in points) < max(point["Maximum"] for point in points)
    query = {"Id": "loss", "MetricStat": {"Metric": metric, "Period": 60, "Stat": "Average"}}
    (result,) = cloudwatch.get_metric_data(MetricDataQueries=[query], **window)["MetricDataResults"]
    assert result["StatusCode"] == "Complete"
    assert all(0 < value < 1 for value in result["Values"]) and result["Values"]
    listed = cloudwatch.get_paginator("list_metrics").paginate(Dimensions=dimensions)
    assert set(listed.search("Metrics[].MetricName")) == {"train:logloss", "validation:logloss"}
    host = [{"Name": "Host", "Value": f"{trained.name}/algo-1"}]
    used = cloudwatch.list_metrics(Namespace="/aws/sagemaker/TrainingJobs", Dimensions=host)["Metrics"]
    assert {metric["MetricName"] for metric in used} == {"CPUUtilization", "DiskUtilization", "MemoryUtilization"}


def test_names_the_cause_when_a_job_fails(sagemaker, bucket, role_arn, name):
    request = training_request(name("job"), bucket, role_arn, objective="multi:softmax")
    sagemaker.create_training_job(**request)
    with pytest.raises(WaiterError, match="Failed"):
        wait(sagemaker, request["TrainingJobName"])
    job = sagemaker.describe_training_job(TrainingJobName=request["TrainingJobName"])
    assert job["FailureReason"].startswith("AlgorithmError: ")
    assert "num_class" in job["FailureReason"]
    assert "exit code: 1" in job["FailureReason"]


def test_stops_a_job(sagemaker, bucket, role_arn, name):
    request = training_request(name("job"), bucket, role_arn, num_round="100000000")
    sagemaker.create_training_job(**request)
    described = {"TrainingJobName": request["TrainingJobName"]}
    until(
        "the training",
        lambda: sagemaker.describe_training_job(**described)["SecondaryStatus"] == "Training",
    )
    sagemaker.stop_training_job(**described)
    assert sagemaker.describe_training_job(**described)["TrainingJobStatus"] in ("Stopping", "Stopped")
    job = wait(sagemaker, request["TrainingJobName"])
    assert job["TrainingJobStatus"] == "Stopped"
    with pytest.raises(sagemaker.exceptions.ClientError, match="ValidationException"):
        sagemaker.stop_training_job(**described)


def test_runs_on_groups_of_instances_with_channels_of_their_own(sagemaker, bucket, role_arn, name):
    def group(group_name: str, instance_type: str, count: int) -> dict:
        return {"InstanceGroupName": group_name, "InstanceType": instance_type, "InstanceCount": count}

    request = training_request(name("job"), bucket, role_arn)
    request["ResourceConfig"] = {
        "InstanceGroups": [group("main", "ml.m5.large", 1), group("helpers", "ml.c5.xlarge", 2)],
        "VolumeSizeInGB": 1,
    }
    train, validation = request["InputDataConfig"]
    source = {**validation["DataSource"]["S3DataSource"], "InstanceGroupNames": ["main"]}
    request["InputDataConfig"] = [train, {**validation, "DataSource": {"S3DataSource": source}}]
    show = "echo $(hostname) has $(ls /opt/ml/input/data)"
    request["AlgorithmSpecification"] |= {"ContainerEntrypoint": ["bash", "-c"], "ContainerArguments": [show]}
    sagemaker.create_training_job(**request)
    job = wait(sagemaker, request["TrainingJobName"])
    assert job["ResourceConfig"] == request["ResourceConfig"]
    found = boto3.client("logs").filter_log_events(
        logGroupName=LOG_GROUP, logStreamNamePrefix=f"{request['TrainingJobName']}/"
    )
    assert sorted(event["message"] for event in found["events"]) == [
        "algo-1 has train validation",
        "algo-2 has train",
        "algo-3 has train",
    ]


def test_refuses_more_instances_than_there_can_be(sagemaker, bucket, role_arn, name):
    request = training_request(name("job"), bucket, role_arn)
    request["ResourceConfig"]["InstanceCount"] = 10_000
    with pytest.raises(sagemaker.exceptions.ResourceLimitExceeded, match="'ml.m5.large for training job usage'"):
        sagemaker.create_training_job(**request)


def test_refuses_with_the_exceptions_of_the_model(sagemaker, trained, bucket, role_arn):
    with pytest.raises(sagemaker.exceptions.ResourceInUse, match="Training job names must be unique"):
        sagemaker.create_training_job(**training_request(trained.name, bucket, role_arn))
    with pytest.raises(sagemaker.exceptions.ClientError) as missing:
        sagemaker.describe_training_job(TrainingJobName="no-such-job")
    assert missing.value.response["Error"] == {
        "Code": "ValidationException",
        "Message": "Requested resource not found.",
    }
    with pytest.raises(sagemaker.exceptions.ClientError) as bad:
        sagemaker.create_training_job(**training_request("no_underscores", bucket, role_arn))
    assert bad.value.response["Error"]["Code"] == "ValidationException"
    assert "1 validation error detected: Value 'no_underscores' at 'trainingJobName'" in str(bad.value)
    assert bad.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert bad.value.response["ResponseMetadata"]["RequestId"]


def test_keeps_tags(sagemaker, trained):
    sagemaker.add_tags(ResourceArn=trained.arn, Tags=[{"Key": "team", "Value": "a"}, {"Key": "cost", "Value": "b"}])
    sagemaker.delete_tags(ResourceArn=trained.arn, TagKeys=["cost"])
    tags = sagemaker.get_paginator("list_tags").paginate(ResourceArn=trained.arn).search("Tags[]")
    assert list(tags) == [{"Key": "team", "Value": "a"}]
