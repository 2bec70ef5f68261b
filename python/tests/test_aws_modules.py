"""Scripts that import the modules of AWS's images by their names."""

import json
from pathlib import Path

import numpy as np
from conftest import Job

TRAIN = """
import argparse, json, os
import xgboost
from sagemaker_containers import entry_point
from sagemaker_containers.beta.framework import (
    content_types, encoders, env, modules, server, transformer, worker)
from sagemaker_xgboost_container import distributed
from sagemaker_xgboost_container.data_utils import get_dmatrix

def train(rows, rounds, is_master):
    booster = xgboost.train({"objective": "binary:logistic"}, rows, rounds)
    if is_master:
        booster.save_model(os.path.join(os.environ["SM_MODEL_DIR"], "xgboost-model"))
    # In one piece: what others say at the same time comes before it or after.
    print(f"{'master' if is_master else 'worker'} {rows.num_row()}")

parser = argparse.ArgumentParser()
parser.add_argument("--rounds", type=int)
rounds = parser.parse_args().rounds
rows = get_dmatrix(os.environ["SM_CHANNEL_TRAIN"], "text/csv")
hosts = json.loads(os.environ["SM_HOSTS"])
if len(hosts) == 1:
    train(rows, rounds, True)
else:
    entry_point._wait_hostname_resolution()
    distributed.rabit_run(
        exec_fun=train, args={"rows": rows, "rounds": rounds}, include_in_training=rows is not None,
        hosts=hosts, current_host=os.environ["SM_CURRENT_HOST"], update_rabit_args=True)
assert env.training_env().hosts == hosts
"""
SERVE = """
import os
import xgboost
from sagemaker_containers.beta.framework import encoders, worker
from sagemaker_inference import content_types, errors
from sagemaker_xgboost_container import encoder

def model_fn(folder):
    booster = xgboost.Booster()
    booster.load_model(os.path.join(folder, "xgboost-model"))
    return booster
def input_fn(body, content_type):
    if content_type == "text/teapot":
        raise errors.GenericInferenceToolkitError(418, "short and stout")
    return encoder.decode(body, content_type)
def output_fn(prediction, accept):
    return worker.Response(encoders.encode(prediction, accept), mimetype=accept)
"""


def give(base: Job, host: str, hosts: list[str]) -> None:
    base.put("src/train.py", TRAIN)
    given = {"sagemaker_program": "train.py", "sagemaker_submit_directory": str(base.base / "src"), "rounds": 3}
    encoded = {name: json.dumps(value) for name, value in given.items()}
    base.configure(encoded, {"train": "text/csv"}, hosts, host)


def test_a_script_trains_and_serves_with_the_modules_of_the_xgboost_image(
    job: Job, cancer: tuple[np.ndarray, np.ndarray]
) -> None:
    features, labels = cancer
    give(job, "algo-1", ["algo-1"])
    job.put_csv("train", labels, features)
    status, log = job.train()
    assert status == 0, log
    assert f"master {len(labels)}" in log
    job.put("model/code/inference.py", SERVE)
    row = ",".join(map(str, features[0]))
    sparse = " ".join(f"{column}:{value}" for column, value in enumerate(features[0]))
    with job.serving() as server:
        answer = server.ask(row, accept="text/csv")
        assert (answer.status, answer.content_type) == (200, "text/csv")
        score = float(answer.body)
        assert json.loads(server.ask(sparse, "text/libsvm", "application/json").body) == [score]
        teapot = server.ask(row, "text/teapot")
        assert (teapot.status, teapot.body) == (418, b"short and stout")


def test_a_function_runs_on_the_instances_that_have_data(
    tmp_path: Path, cancer: tuple[np.ndarray, np.ndarray]
) -> None:
    hosts = ["algo-1", "algo-2", "algo-3"]
    jobs = [Job(tmp_path / host) for host in hosts]
    for job, host in zip(jobs, hosts, strict=True):
        give(job, host, hosts)
    features, labels = cancer
    # The first of them, which would lead the others, has none.
    jobs[1].put_csv("train", labels[:300], features[:300])
    jobs[2].put_csv("train", labels[300:], features[300:])
    running = [job.start("train", TRAINING_JOB_NAME=tmp_path.name) for job in jobs]
    logs = [process.communicate(timeout=60)[0] for process in running]
    assert [process.returncode for process in running] == [0, 0, 0], logs
    assert "master" not in logs[0] and "worker" not in logs[0]
    assert "master 300" in logs[1] and f"worker {len(labels) - 300}" in logs[2]
    assert [job.model.joinpath("xgboost-model").exists() for job in jobs] == [False, True, False]


def test_what_a_user_installs_goes_before_them(job: Job) -> None:
    job.put("src/sagemaker_containers.py", "MINE = True")
    job.put("src/train.py", "import sagemaker_containers; print(sagemaker_containers.MINE)")
    program = {"sagemaker_program": "train.py", "sagemaker_submit_directory": str(job.base / "src")}
    job.configure({name: json.dumps(value) for name, value in program.items()})
    status, log = job.train()
    assert status == 0 and "True" in log.splitlines(), log
