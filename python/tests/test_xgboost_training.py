import os
import pickle
import re
import signal
from pathlib import Path

import numpy as np
import pytest
import xgboost
from conftest import Job, wait_until
from sklearn.metrics import accuracy_score, roc_auc_score

from wildsage_workload import recordio
from wildsage_workload.xgboost_algorithm import checkpoints

METRICS = re.compile(r"\[(\d+)\]#011train-(\w+):([0-9.]+)#011validation-(\w+):([0-9.]+)")
Data = tuple[np.ndarray, np.ndarray]


def model_of(job: Job, name: str = "xgboost-model") -> xgboost.Booster:
    booster = xgboost.Booster()
    booster.load_model(bytearray((job.model / name).read_bytes()))
    return booster


def give(job: Job, data: Data, rows: int = 400, **hyperparameters: str) -> None:
    features, labels = data
    job.put_csv("train", labels[:rows], features[:rows])
    job.put_csv("validation", labels[rows:], features[rows:])
    job.configure({"num_round": "5", **hyperparameters}, {"train": "text/csv", "validation": "text/csv"})


def test_a_model_equals_what_xgboost_trains_from_the_same_data(job: Job, cancer: Data) -> None:
    give(job, cancer, objective="binary:logistic", eval_metric="auc", max_depth="3", eta="0.3")
    status, log = job.train_xgboost()
    assert status == 0, log
    assert [int(found[1]) for found in METRICS.finditer(log)] == [0, 1, 2, 3, 4]
    features, labels = cancer[0].astype(np.float32), cancer[1]
    expected = xgboost.train(
        {"objective": "binary:logistic", "max_depth": 3, "eta": 0.3}, xgboost.DMatrix(features[:400], labels[:400]), 5
    )
    held_out = xgboost.DMatrix(features[400:])
    predictions = model_of(job).predict(held_out)
    assert np.allclose(predictions, expected.predict(held_out), atol=1e-5)
    last = list(METRICS.finditer(log))[-1]
    assert float(last[5]) == pytest.approx(roc_auc_score(labels[400:], predictions), abs=1e-4)


def test_each_format_trains_the_same_model(job: Job, diabetes: Data) -> None:
    import pyarrow
    from pyarrow import parquet

    features, labels = diabetes[0].astype(np.float32), diabetes[1]
    folder = job.base / "input" / "data" / "train"
    folder.mkdir(parents=True)
    predictions = []
    for kind in ("text/csv", "text/libsvm", "application/x-parquet", "application/x-recordio-protobuf"):
        for old in folder.iterdir():
            old.unlink()
        if kind == "text/csv":
            job.put_csv("train", labels, features)
        elif kind == "text/libsvm":
            lines = (
                f"{label} " + " ".join(f"{at}:{value:.9g}" for at, value in enumerate(row))
                for label, row in zip(labels, features, strict=True)
            )
            (folder / "data").write_text("\n".join(lines))
        elif kind == "application/x-parquet":
            columns = {"label": labels} | {f"c{at}": features[:, at] for at in range(features.shape[1])}
            parquet.write_table(pyarrow.table(columns), folder / "data")
        else:
            (folder / "data").write_bytes(recordio.write_features(features, labels))
        job.configure({"num_round": "3"}, {"train": kind})
        status, log = job.train_xgboost()
        assert status == 0, log
        predictions.append(model_of(job).predict(xgboost.DMatrix(features)))
    for other in predictions[1:]:
        assert np.allclose(predictions[0], other, rtol=1e-4)


def test_many_classes_and_own_metrics_are_trained_and_told(job: Job, digits: Data) -> None:
    give(
        job, digits, rows=1500, objective="multi:softmax", num_class="10", eval_metric="accuracy,merror", num_round="3"
    )
    status, log = job.train_xgboost()
    assert status == 0, log
    found = model_of(job).predict(xgboost.DMatrix(digits[0][1500:]))
    told = re.findall(r"validation-accuracy:([0-9.]+)", log)[-1]
    assert float(told) == pytest.approx(accuracy_score(digits[1][1500:], found), abs=1e-4)
    assert "train-merror" in log


def test_training_stops_early_and_keeps_the_best_model(job: Job, diabetes: Data) -> None:
    give(job, diabetes, rows=300, num_round="200", eta="1", early_stopping_rounds="3", eval_metric="rmse")
    status, log = job.train_xgboost()
    assert status == 0, log
    told = [float(found[5]) for found in METRICS.finditer(log)]
    assert len(told) < 200
    assert model_of(job).num_boosted_rounds() == int(np.argmin(told)) + 1


def test_an_interrupted_job_goes_on_from_its_checkpoint(job: Job, diabetes: Data) -> None:
    give(job, diabetes, num_round="4")
    (job.base / "checkpoints").mkdir()
    assert job.train_xgboost()[0] == 0
    give(job, diabetes, num_round="7")
    status, log = job.train_xgboost()
    assert status == 0
    assert "Resuming from iteration 4" in log
    assert [int(found[1]) for found in METRICS.finditer(log)] == [4, 5, 6]
    assert model_of(job).num_boosted_rounds() == 7
    assert {"xgboost-checkpoint.3", "xgboost-checkpoint.6"} <= set(os.listdir(job.base / "checkpoints"))


def test_only_the_newest_checkpoints_are_kept(tmp_path: Path, diabetes: Data) -> None:
    booster = xgboost.train({}, xgboost.DMatrix(*diabetes), 1)
    for iteration in range(8, 15):
        checkpoints.save(booster, tmp_path, iteration)
    assert sorted(os.listdir(tmp_path)) == sorted(f"xgboost-checkpoint.{number}" for number in range(10, 15))
    assert checkpoints.load(xgboost, tmp_path)[1] == 15


def test_a_stopped_job_keeps_its_model_when_asked_to(job: Job, diabetes: Data) -> None:
    give(job, diabetes, num_round="1000000", save_model_on_termination="true")
    log = job.base / "log"
    with open(log, "w") as output:
        process = job.start("train", "--algorithm", "xgboost", output=output)
    wait_until(lambda: "[3]#011" in log.read_text(), log)
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=30) == 0
    assert model_of(job).num_boosted_rounds() >= 4


def test_a_stopped_job_leaves_no_model_otherwise(job: Job, diabetes: Data) -> None:
    give(job, diabetes, num_round="1000000")
    log = job.base / "log"
    with open(log, "w") as output:
        process = job.start("train", "--algorithm", "xgboost", output=output)
    wait_until(lambda: "[3]#011" in log.read_text(), log)
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=30) == -signal.SIGTERM
    assert not list(job.model.iterdir())


def test_cross_validation_makes_a_model_and_a_prediction_for_every_fold(job: Job, cancer: Data) -> None:
    give(job, cancer, objective="binary:logistic", eval_metric="error", _kfold="3", _num_cv_round="2", num_round="2")
    status, log = job.train_xgboost()
    assert status == 0, log
    assert sorted(os.listdir(job.model)) == [f"xgboost-model-{number}" for number in range(6)]
    assert len(re.findall(r"^\[2\]#011train-error:", log, re.M)) == 3
    table = np.loadtxt(job.base / "output" / "data" / "predictions.csv", delimiter=",")
    assert table.shape == (569, 3)
    assert accuracy_score(table[:, 0], table[:, 2]) > 0.85


def test_two_instances_train_one_model(tmp_path: Path, cancer: Data) -> None:
    features, labels = cancer[0].astype(np.float32), cancer[1]
    hosts = ["algo-1", "algo-2"]
    jobs = []
    for at, host in enumerate(hosts):
        instance = Job(tmp_path / host)
        instance.put_csv("train", labels[at::2], features[at::2])
        instance.configure(
            {"num_round": "3", "objective": "binary:logistic", "tree_method": "hist", "eval_metric": "error,accuracy"},
            {"train": "csv"},
            hosts,
            host,
        )
        jobs.append(instance)
    name = f"job-{tmp_path}"
    processes = [instance.start("train", "--algorithm", "xgboost", TRAINING_JOB_NAME=name) for instance in jobs]
    logs = [process.communicate(timeout=60)[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0], logs
    assert "[2]#011train-error" in logs[0] and "#011" not in logs[1]
    assert not list(jobs[1].model.iterdir())
    predictions = model_of(jobs[0]).predict(xgboost.DMatrix(features))
    assert accuracy_score(labels, predictions > 0.5) > 0.95
    told = float(re.findall(r"train-accuracy:([0-9.]+)", logs[0])[-1])
    assert told == pytest.approx(accuracy_score(labels, predictions > 0.5), abs=0.01)


@pytest.mark.parametrize(
    ("hyperparameters", "channels", "message"),
    [
        ({}, {"train": "csv"}, "Missing required hyperparameter: num_round"),
        ({"num_round": "3"}, {}, "Missing required channel: train"),
        ({"num_round": "3"}, {"train": "csv", "test": "csv"}, "Extraneous channel found: test"),
        ({"num_round": "3"}, {"train": "csv", "validation": "csv"}, "No data in validation channel path"),
        ({"num_round": "3"}, {"train": "application/json"}, "is not an accepted ContentType"),
        ({"num_round": "3"}, {"train": ""}, "Failed to load libsvm data from data.csv"),
        (
            {"num_round": "3", "objective": "multi:softmax", "num_class": "3"},
            {"train": "csv"},
            "label must be in .0, num_class",
        ),
        (
            {"num_round": "3", "objective": "rank:ndcg"},
            {"train": "csv"},
            "XGB train call",
        ),
        (
            {"num_round": "3", "objective": "binary:logistic"},
            {"train": "csv"},
            "label must be in .0,1. for logistic regression",
        ),
    ],
)
def test_what_the_user_must_put_right_is_the_failure_reason(
    job: Job, diabetes: Data, hyperparameters: dict[str, str], channels: dict[str, str], message: str
) -> None:
    job.put_csv("train", diabetes[1], diabetes[0])
    job.configure(hyperparameters, channels)
    status, log = job.train_xgboost()
    assert status == 1
    assert re.search(message, job.failure, re.S), job.failure
    assert "Traceback" not in job.failure and "Stack trace" not in job.failure
    assert job.failure in log


def test_a_pickled_checkpoint_is_no_checkpoint(job: Job, diabetes: Data) -> None:
    give(job, diabetes, num_round="2")
    job.put("checkpoints/xgboost-checkpoint.9", pickle.dumps({"not": "a model"}))
    status, log = job.train_xgboost()
    assert status == 0 and "[0]#011" in log
