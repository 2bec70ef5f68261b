"""The AWS CLI: the main job, S3 transfers, and what it prints and exits with."""

import json
import os
import subprocess
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from jobs import training_request

Aws = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def run(wildsage) -> Aws:
    """Runs `aws` and gives what came of it."""
    return lambda *arguments: subprocess.run(["aws", *arguments], capture_output=True, text=True, timeout=120)


@pytest.fixture(scope="module")
def aws(run: Aws) -> Callable[..., str]:
    """Runs `aws` and gives what it printed; it must end well."""

    def printed(*arguments: str) -> str:
        done = run(*arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return printed


def test_knows_the_caller_and_the_roles(aws):
    identity = json.loads(aws("sts", "get-caller-identity"))
    assert identity == {
        "UserId": "111122223333",
        "Account": "111122223333",
        "Arn": "arn:aws:iam::111122223333:root",
    }
    roles = aws("iam", "list-roles", "--query", "Roles[].RoleName", "--output", "text").split()
    assert {"SageMakerRole", "AmazonSageMaker-ExecutionRole"} <= set(roles)


def test_trains_from_a_file_waits_and_lists(aws, bucket, role_arn, tmp_path: Path):
    request = tmp_path / "job.json"
    request.write_text(json.dumps(training_request("cli-job", bucket, role_arn)))
    arn = json.loads(aws("sagemaker", "create-training-job", "--cli-input-json", f"file://{request}"))["TrainingJobArn"]
    assert arn.endswith(":training-job/cli-job")
    job = json.loads(aws("sagemaker", "describe-training-job", "--training-job-name", "cli-job"))
    assert job["TrainingJobStatus"] in ("InProgress", "Completed")
    table = aws("sagemaker", "list-training-jobs", "--name-contains", "cli-job", "--output", "table")
    assert "ListTrainingJobs" in table
    assert "TrainingJobName" in table and "cli-job" in table


def test_waits_for_a_job_and_an_endpoint_and_invokes_it(aws, trained, role_arn, table, tmp_path: Path):
    aws("sagemaker", "wait", "training-job-completed-or-stopped", "--training-job-name", trained.name)
    container = f"Image={trained.image},ModelDataUrl={trained.model_data}"
    aws(
        *("sagemaker", "create-model", "--model-name", "cli-model"),
        *("--execution-role-arn", role_arn, "--primary-container", container),
    )
    variant = "VariantName=only,ModelName=cli-model,InstanceType=ml.m5.large,InitialInstanceCount=1"
    aws(
        *("sagemaker", "create-endpoint-config", "--endpoint-config-name", "cli-config"),
        *("--production-variants", variant, "--tags", "Key=team,Value=cli"),
    )
    aws("sagemaker", "create-endpoint", "--endpoint-name", "cli", "--endpoint-config-name", "cli-config")
    aws("sagemaker", "wait", "endpoint-in-service", "--endpoint-name", "cli")
    body, answer = tmp_path / "body.csv", tmp_path / "answer.csv"
    body.write_text(table.rows(3))
    told = json.loads(
        aws(
            *("sagemaker-runtime", "invoke-endpoint", "--endpoint-name", "cli"),
            *("--content-type", "text/csv", "--body", f"fileb://{body}", str(answer)),
        )
    )
    assert told["InvokedProductionVariant"] == "only"
    assert len(answer.read_text().split()) == 3
    aws("sagemaker", "delete-endpoint", "--endpoint-name", "cli")


def test_copies_syncs_lists_and_removes_objects(aws, tmp_path: Path):
    source, target = tmp_path / "source", tmp_path / "target"
    (source / "sub").mkdir(parents=True)
    (source / "one.txt").write_text("1")
    (source / "sub" / "two.txt").write_text("22")
    (source / "large.bin").write_bytes(b"x" * 9 * 2**20)
    # S3 tells times in whole seconds: a file written in the second of its upload would count as the newer one.
    for file in source.rglob("*.*"):
        os.utime(file, (1_700_000_000, 1_700_000_000))
    aws("s3", "mb", "s3://e2e-cli")
    assert aws("s3", "sync", str(source), "s3://e2e-cli/tree").count("upload:") == 3
    assert aws("s3", "sync", str(source), "s3://e2e-cli/tree") == ""
    listed = aws("s3", "ls", "s3://e2e-cli/tree", "--recursive", "--summarize")
    assert "2 tree/sub/two.txt" in listed and "Total Objects: 3" in listed
    aws("s3", "cp", "s3://e2e-cli/tree", str(target), "--recursive")
    assert (target / "sub" / "two.txt").read_text() == "22"
    assert (target / "large.bin").stat().st_size == 9 * 2**20
    aws("s3", "cp", "s3://e2e-cli/tree/one.txt", "s3://e2e-cli/copy.txt")
    assert [line.split()[-1] for line in aws("s3", "ls", "s3://e2e-cli/").splitlines()] == ["tree/", "copy.txt"]
    assert aws("s3", "rm", "s3://e2e-cli", "--recursive").count("delete:") == 4
    aws("s3", "rb", "s3://e2e-cli")


def test_gives_logs(aws, trained):
    found = aws(
        *("logs", "filter-log-events", "--log-group-name", "/aws/sagemaker/TrainingJobs"),
        *("--log-stream-name-prefix", trained.name, "--query", "events[].message", "--output", "text"),
    )
    assert "[4]#011train-logloss" in found


def test_takes_and_gives_metrics(aws):
    aws(
        *("cloudwatch", "put-metric-data", "--namespace", "cli", "--metric-name", "loss"),
        *("--value", "0.25", "--dimensions", "job=one"),
    )
    now = datetime.now(timezone.utc)
    start, end = (f"{now + timedelta(minutes=minutes):%Y-%m-%dT%H:%M:%SZ}" for minutes in (-10, 10))
    found = aws(
        *("cloudwatch", "get-metric-statistics", "--namespace", "cli", "--metric-name", "loss"),
        *("--dimensions", "Name=job,Value=one", "--statistics", "Average"),
        *("--start-time", start, "--end-time", end, "--period", "60"),
    )
    assert [point["Average"] for point in json.loads(found)["Datapoints"]] == [0.25]


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (
            ("sagemaker", "describe-training-job", "--training-job-name", "none"),
            "An error occurred (ValidationException) when calling the DescribeTrainingJob operation: "
            "Requested resource not found.",
        ),
        (
            ("s3api", "get-object", "--bucket", "e2e-python", "--key", "none", "/dev/null"),
            "An error occurred (NoSuchKey) when calling the GetObject operation: The specified key does not exist.",
        ),
        (
            ("iam", "get-role", "--role-name", "none"),
            "An error occurred (NoSuchEntity) when calling the GetRole operation: "
            "The role with name none cannot be found.",
        ),
        (
            ("logs", "describe-log-streams", "--log-group-name", "none"),
            "An error occurred (ResourceNotFoundException) when calling the DescribeLogStreams operation: "
            "The specified log group does not exist.",
        ),
    ],
)
def test_tells_errors_in_awss_words(run: Aws, bucket, arguments, error):
    done = run(*arguments)
    assert done.returncode in (254, 255)
    assert error in done.stderr
