import io
import json
import os
import signal
import sys
import tarfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from conftest import Job, wait_until

SHOW = """
import argparse, json, os, sys
parser = argparse.ArgumentParser()
parser.add_argument("--n-estimators", type=int)
parser.add_argument("--name")
parser.add_argument("--rate", type=float)
found = parser.parse_args()
sm = {name: value for name, value in os.environ.items() if name.startswith("SM_")}
with open(os.path.join(sm["SM_MODEL_DIR"], "seen.json"), "w") as file:
    json.dump({"arguments": vars(found), "sm": sm, "directory": os.getcwd()}, file)
"""


def give(job: Job, script: str, program: str = "train.py", **hyperparameters: object) -> None:
    job.put(f"src/{program}", script)
    encoded = {
        "sagemaker_program": program,
        "sagemaker_submit_directory": str(job.base / "src"),
        "sagemaker_container_log_level": 20,
        "sagemaker_region": "eu-central-1",
        "sagemaker_job_name": "my-job",
        **hyperparameters,
    }
    job.configure({name: json.dumps(value) for name, value in encoded.items()}, {"train": "text/csv", "test-data": ""})


def test_a_script_gets_arguments_and_variables_as_on_aws(job: Job) -> None:
    give(job, SHOW, **{"n-estimators": 10, "name": "forest & trees", "rate": 0.5})
    status, log = job.train()
    assert status == 0, log
    seen = json.loads((job.model / "seen.json").read_text())
    assert seen["arguments"] == {"n_estimators": 10, "name": "forest & trees", "rate": 0.5}
    assert seen["directory"] == str(job.base / "code")
    sm = seen["sm"]
    assert sm["SM_MODEL_DIR"] == str(job.model)
    assert sm["SM_CHANNEL_TRAIN"] == str(job.base / "input/data/train")
    assert sm["SM_CHANNEL_TEST-DATA"] == str(job.base / "input/data/test-data")
    assert json.loads(sm["SM_CHANNELS"]) == ["test-data", "train"]
    assert json.loads(sm["SM_HPS"]) == {"n-estimators": 10, "name": "forest & trees", "rate": 0.5}
    assert sm["SM_HP_N-ESTIMATORS"] == "10" and sm["SM_HP_NAME"] == "forest & trees"
    assert json.loads(sm["SM_HOSTS"]) == ["algo-1"] and sm["SM_CURRENT_HOST"] == "algo-1"
    assert json.loads(sm["SM_USER_ARGS"])[:2] == ["--n-estimators", "10"]
    assert int(sm["SM_NUM_CPUS"]) >= 1 and sm["SM_MODULE_NAME"] == "train"
    assert json.loads(sm["SM_TRAINING_ENV"])["hyperparameters"]["rate"] == 0.5
    assert "Reporting training SUCCESS" in log


def test_a_failing_script_tells_its_exception_and_exit_status(job: Job) -> None:
    give(job, "import sys\nprint('working')\nraise ValueError('no such column: age')")
    status, log = job.train()
    assert status == 1
    assert job.failure == (
        'ExecuteUserScriptError:\nExitCode 1\nErrorMessage "ValueError: no such column: age"\n'
        f'Command "{job.base}/environment/bin/python train.py"'
    )
    assert "working" in log and "Traceback" in log


def test_the_scripts_exit_status_is_the_jobs(job: Job) -> None:
    give(job, "import sys; print('giving up', file=sys.stderr); sys.exit(42)")
    assert job.train()[0] == 42
    assert 'ErrorMessage "giving up"' in job.failure


def test_a_failure_that_the_script_wrote_itself_is_kept(job: Job) -> None:
    give(
        job, "import os; open(os.environ['SM_OUTPUT_DIR'] + '/failure', 'w').write('my own words'); raise SystemExit(3)"
    )
    assert job.train()[0] == 3
    assert job.failure == "my own words"


def test_a_killed_script_is_reported_as_killed(job: Job) -> None:
    give(job, "import os; os.kill(os.getpid(), 9)")
    assert job.train()[0] == 137
    assert "OutOfMemory: Process killed by SIGKILL" in job.failure


def test_a_shell_script_is_an_entry_point(job: Job) -> None:
    give(job, 'echo "$@" > "$SM_MODEL_DIR/arguments"', "run.sh", epochs=3, note="two words")
    status, log = job.train()
    assert status == 0, log
    assert (job.model / "arguments").read_text() == "--epochs 3 --note two words\n"


def test_modules_beside_the_script_are_importable(job: Job) -> None:
    job.put("src/mine/__init__.py", "ANSWER = 42")
    give(job, "import mine, sys; sys.exit(mine.ANSWER)", "sub/train.py")
    assert job.train()[0] == 42


def test_a_package_is_installed_and_run_as_a_module(job: Job) -> None:
    job.put("src/setup.py", "from setuptools import setup; setup(name='mine', version='1', py_modules=['train'])")
    give(job, "import sys; print('as', __name__); sys.exit(7)")
    status, log = job.train(PIP_NO_BUILD_ISOLATION="0")
    assert status == 7, log
    assert "as __main__" in log


def test_requirements_go_to_the_job_and_not_to_the_runtime(job: Job) -> None:
    package = job.put(
        "package/setup.py",
        "from setuptools import setup; setup(name='wildsage-test-only', version='1', py_modules=['only_here'])",
    )
    job.put("package/only_here.py", "WHERE = __file__")
    job.put("src/requirements.txt", f"{package.parent}\n")
    give(job, "import only_here, numpy; print('found in', only_here.WHERE, numpy.__file__)")
    status, log = job.train(PIP_NO_BUILD_ISOLATION="0")
    assert status == 0, log
    assert f"found in {job.base}/environment/lib" in log and sys.prefix in log
    with pytest.raises(ImportError):
        import only_here  # noqa: F401


def test_requirements_that_cannot_be_installed_fail_the_job(job: Job) -> None:
    job.put("src/requirements.txt", "./no-such-folder\n")
    give(job, "print('never')")
    status, log = job.train()
    assert status == 1 and "never" not in log.splitlines()
    assert job.failure.startswith("InstallRequirementsError:\nExitCode 1\nErrorMessage")


def test_a_stop_signal_reaches_the_script(job: Job) -> None:
    give(
        job,
        "import signal, time, sys\nsignal.signal(15, lambda *_: sys.exit(5))\n"
        "print('ready', flush=True)\ntime.sleep(60)",
    )
    log = job.base / "log"
    with open(log, "w") as output:
        process = job.start("train", output=output)
    wait_until(lambda: "ready" in log.read_text(), log)
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=30) == 5


@pytest.mark.parametrize(
    ("hyperparameters", "message"),
    [
        (
            {"sagemaker_program": "missing.py"},
            "The entry point missing.py is not in the source directory, which holds train.py",
        ),
        ({"sagemaker_program": None}, "No entry point"),
        ({"sagemaker_submit_directory": "/no/such/folder"}, "The source directory /no/such/folder does not exist"),
    ],
)
def test_a_missing_source_is_told(job: Job, hyperparameters: dict[str, object], message: str) -> None:
    give(job, "print('never')", **hyperparameters)
    assert job.train()[0] == 1
    assert message in job.failure


def test_secrets_among_hyperparameters_are_not_logged(job: Job) -> None:
    give(job, "import sys; sys.exit(0)", api_key="hunter2")
    status, log = job.train()
    assert status == 0 and "hunter2" not in log


@contextmanager
def storage(content: bytes | None) -> Iterator[tuple[str, list[dict[str, str]]]]:
    """Something that answers like S3 and remembers who asked."""
    asked: list[dict[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append({"path": self.path, **{name.lower(): value for name, value in self.headers.items()}})
            self.send_response(200 if content is not None else 403)
            self.send_header("Content-Length", str(len(content or b"")))
            self.end_headers()
            self.wfile.write(content or b"")

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def archive(**files: str) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content.encode()))
    return buffer.getvalue()


KEYS = {
    "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "secret",
    "AWS_SESSION_TOKEN": "a-token",
    "AWS_REGION": "eu-west-1",
}


def test_the_source_is_fetched_from_s3_with_a_signature_that_botocore_agrees_with(job: Job) -> None:
    import botocore.auth
    import botocore.awsrequest
    import botocore.credentials

    give(job, "", sagemaker_submit_directory="s3://my-bucket/a folder/source+dir.tar.gz")
    with storage(archive(**{"train.py": "import sys; sys.exit(9)"})) as (endpoint, asked):
        status, log = job.train(AWS_ENDPOINT_URL=endpoint, **KEYS)
    assert status == 9, log
    (request,) = asked
    assert request["path"] == "/my-bucket/a%20folder/source%2Bdir.tar.gz"
    expected = botocore.awsrequest.AWSRequest("GET", endpoint + request["path"])
    expected.context["timestamp"] = request["x-amz-date"]
    for name in ("x-amz-date", "x-amz-content-sha256", "x-amz-security-token"):
        expected.headers[name] = request[name]
    signer = botocore.auth.S3SigV4Auth(
        botocore.credentials.Credentials("AKIDEXAMPLE", "secret", "a-token"), "s3", "eu-west-1"
    )
    expected.headers["host"] = request["host"]
    canonical = signer.canonical_request(expected)
    signature = signer.signature(signer.string_to_sign(expected, canonical), expected)
    assert request["authorization"].endswith(f"Signature={signature}")


def test_credentials_come_from_the_container_endpoint(job: Job) -> None:
    give(job, "", sagemaker_submit_directory="s3://my-bucket/source.tar.gz")
    answer = json.dumps({"AccessKeyId": "ASIAFROMENDPOINT", "SecretAccessKey": "s", "Token": "t"}).encode()
    with storage(answer) as (credentials, requests), storage(archive(**{"train.py": ""})) as (endpoint, asked):
        status, log = job.train(
            AWS_ENDPOINT_URL=endpoint,
            AWS_CONTAINER_CREDENTIALS_FULL_URI=f"{credentials}/role",
            AWS_CONTAINER_AUTHORIZATION_TOKEN="let me in",
            HTTP_PROXY="http://127.0.0.1:1",
            NO_PROXY=endpoint.removeprefix("http://"),
        )
    assert status == 0, log
    assert requests[0]["authorization"] == "let me in"
    assert "Credential=ASIAFROMENDPOINT/" in asked[0]["authorization"]


def test_a_source_that_must_not_be_read_fails_the_job(job: Job) -> None:
    give(job, "", sagemaker_submit_directory="s3://my-bucket/source.tar.gz")
    with storage(None) as (endpoint, _):
        assert job.train(AWS_ENDPOINT_URL=endpoint, **KEYS)[0] == 1
    assert job.failure == "Cannot read s3://my-bucket/source.tar.gz: 403 Forbidden"


@pytest.mark.parametrize("name", ["../escaped", "/tmp/escaped"])
def test_an_archive_cannot_leave_the_source_directory(job: Job, name: str) -> None:
    give(job, "", sagemaker_submit_directory="s3://my-bucket/source.tar.gz")
    with storage(archive(**{name: "x", "train.py": ""})) as (endpoint, _):
        job.train(AWS_ENDPOINT_URL=endpoint, **KEYS)
    assert not (job.base / "escaped").exists() and not Path("/tmp/escaped").exists()


def test_an_entry_point_of_the_users_own_runs_in_a_private_environment(job: Job) -> None:
    process = job.start(
        "enter",
        "/bin/sh",
        "-c",
        "command -v python3; command -v pip3; python3 -c 'import numpy, sys; print(sys.prefix)'; exit 3",
    )
    log, _ = process.communicate(timeout=60)
    own = f"{job.base}/environment"
    assert log.splitlines() == [f"{own}/bin/python3", f"{own}/bin/pip3", own]
    assert process.returncode == 3


def test_a_command_that_is_not_there_ends_as_in_a_shell(job: Job) -> None:
    process = job.start("enter", "/no/such/command")
    assert process.wait(timeout=60) == 127


def test_pip_in_a_private_environment_sees_the_runtimes_packages(job: Job) -> None:
    process = job.start("enter", "pip", "show", "numpy", PIP_DISABLE_PIP_VERSION_CHECK="1")
    log, _ = process.communicate(timeout=60)
    assert process.returncode == 0, log
    assert os.path.realpath(sys.prefix) in os.path.realpath(log.split("Location: ")[1].splitlines()[0])
