"""A workload's surroundings for the tests: its folder, its commands, its server."""

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

PYTHON_FOLDER = Path(__file__).resolve().parent.parent
DEADLINE_SECONDS = 60


@dataclass
class Answer:
    status: int
    body: bytes
    content_type: str


@dataclass
class Server:
    """A running model server and a way to ask it."""

    process: subprocess.Popen[str]
    port: int
    log: Path

    def ask(
        self,
        body: bytes | str,
        content_type: str | None = "text/csv",
        accept: str | None = None,
        path: str = "/invocations",
    ) -> Answer:
        headers = {"Content-Type": content_type, "Accept": accept}
        return self.request("POST", path, body, {name: value for name, value in headers.items() if value})

    def request(
        self, method: str, path: str, body: bytes | str | None = None, headers: Mapping[str, str] = {}
    ) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=DEADLINE_SECONDS)
        with contextlib.closing(connection):
            connection.request(method, path, body, dict(headers))
            answer = connection.getresponse()
            return Answer(answer.status, answer.read(), answer.getheader("content-type") or "")


class Job:
    """A stand-in for `/opt/ml`, and the commands that run in it."""

    def __init__(self, base: Path) -> None:
        self.base = base
        self.processes: list[subprocess.Popen[str]] = []
        (base / "input" / "config").mkdir(parents=True)
        self.model.mkdir()
        self.configure()

    @property
    def model(self) -> Path:
        return self.base / "model"

    @property
    def failure(self) -> str:
        return (self.base / "output" / "failure").read_text()

    def configure(
        self,
        hyperparameters: Mapping[str, str] = {},
        channels: Mapping[str, str] = {},
        hosts: list[str] = ["algo-1"],
        host: str = "algo-1",
        mode: str = "File",
    ) -> None:
        """Writes the configuration files; `channels` are names and content types."""
        config = self.base / "input" / "config"
        (config / "hyperparameters.json").write_text(json.dumps(dict(hyperparameters)))
        described = {
            name: {
                "TrainingInputMode": mode,
                "S3DistributionType": "FullyReplicated",
                **({"ContentType": kind} if kind else {}),
            }
            for name, kind in channels.items()
        }
        (config / "inputdataconfig.json").write_text(json.dumps(described))
        (config / "resourceconfig.json").write_text(
            json.dumps({"current_host": host, "hosts": hosts, "network_interface_name": "eth0"})
        )

    def put(self, path: str, content: str | bytes) -> Path:
        file = self.base / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        return file

    def put_csv(self, channel: str, labels: np.ndarray, features: np.ndarray) -> None:
        rows = np.column_stack([labels, features])
        self.put(f"input/data/{channel}/data.csv", "\n".join(",".join(f"{value:.9g}" for value in row) for row in rows))

    def start(
        self, module: str, *arguments: str, output: Any = subprocess.PIPE, **environment: str
    ) -> subprocess.Popen[str]:
        """Starts `python -m wildsage_workload.…` as the platform does."""
        platform = ("SM_", "SAGEMAKER_", "AWS_", "WILDSAGE_")
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(platform)}
        process = subprocess.Popen(
            [sys.executable, "-m", f"wildsage_workload.{module}", *arguments],
            env={
                **inherited,
                "PYTHONPATH": str(PYTHON_FOLDER),
                "SAGEMAKER_BASE_DIR": str(self.base),
                "WILDSAGE_BIND_ADDRESS": "127.0.0.1",
                "OMP_NUM_THREADS": "1",
                **environment,
            },
            cwd=self.base,
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.processes.append(process)
        return process

    def train(self, *arguments: str, **environment: str) -> tuple[int, str]:
        """Runs a training job to its end: exit status and log."""
        process = self.start("train", *arguments, **environment)
        log, _ = process.communicate(timeout=DEADLINE_SECONDS)
        return process.returncode, log

    def train_xgboost(self, **environment: str) -> tuple[int, str]:
        return self.train("--algorithm", "xgboost", "train", **environment)

    @contextlib.contextmanager
    def serving(self, *arguments: str, **environment: str) -> Iterator[Server]:
        """A server that has answered its first ping; stopped at the end."""
        port = free_port()
        environment = {"SAGEMAKER_MODEL_SERVER_WORKERS": "1", **environment, "SAGEMAKER_BIND_TO_PORT": str(port)}
        log = self.base / "server.log"
        with open(log, "w") as output:
            process = self.start("serve", *arguments, "serve", output=output, **environment)
        server = Server(process, port, log)
        try:
            wait_until(lambda: process.poll() is not None or is_up(server), log)
            assert process.poll() is None, log.read_text()
            yield server
        finally:
            stop(process)


def is_up(server: Server) -> bool:
    try:
        return server.request("GET", "/ping").status == 200
    except OSError:
        return False


def wait_until(condition: Callable[[], bool], log: Path | None = None) -> None:
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"Nothing within {DEADLINE_SECONDS} s. {log.read_text() if log else ''}")
        time.sleep(0.02)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def stop(process: subprocess.Popen[str]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=DEADLINE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()


@pytest.fixture
def job(tmp_path: Path) -> Iterator[Job]:
    made = Job(tmp_path / "ml")
    yield made
    for process in made.processes:
        stop(process)
        if process.stdout:
            process.stdout.close()


@pytest.fixture(scope="session")
def cancer() -> tuple[np.ndarray, np.ndarray]:
    """Breast cancer: two classes, 30 features."""
    from sklearn.datasets import load_breast_cancer

    return load_breast_cancer(return_X_y=True)


@pytest.fixture(scope="session")
def diabetes() -> tuple[np.ndarray, np.ndarray]:
    """Diabetes: a number to predict, 10 features."""
    from sklearn.datasets import load_diabetes

    return load_diabetes(return_X_y=True)


@pytest.fixture(scope="session")
def digits() -> tuple[np.ndarray, np.ndarray]:
    """Digits: ten classes, 64 features."""
    from sklearn.datasets import load_digits

    return load_digits(return_X_y=True)
