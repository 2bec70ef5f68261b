"""Runs a training job of the built-in XGBoost algorithm."""

import re
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import sparse

from wildsage_workload import paths
from wildsage_workload.failures import UserError, WorkloadError
from wildsage_workload.training_environment import PLATFORM_PREFIX, TrainingEnvironment, cpu_count
from wildsage_workload.xgboost_algorithm import (
    checkpoints,
    cross_validation,
    data,
    distributed,
    hyperparameters,
    metrics,
    progress,
)
from wildsage_workload.xgboost_algorithm.engine import load_xgboost
from wildsage_workload.xgboost_algorithm.hyperparameters import Hyperparameters

MODEL_NAME = "xgboost-model"
CHANNELS = {"train", "validation", "code"}
# An unknown parameter, or a file name without a known ending, is a warning of the library that says nothing to a user.
warnings.filterwarnings("ignore", module="xgboost")


def run(job: TrainingEnvironment) -> None:
    """Trains, and saves `xgboost-model`. Raises UserError for what the user can put right."""
    chosen = hyperparameters.check(_own_hyperparameters(job))
    if chosen.without_effect:
        print(f"Accepted without effect in this version of XGBoost: {', '.join(chosen.without_effect)}", flush=True)
    stop = progress.StopSignal() if chosen.save_model_on_termination else None
    train, validation = _read_channels(job, chosen)
    xgboost = load_xgboost()
    chosen.booster.setdefault("nthread", cpu_count())
    for rows in (train, validation):
        if rows:
            _check_labels(rows.labels, chosen)
    if chosen.folds:
        if len(job.hosts) > 1:
            raise UserError("Cross validation (_kfold) runs on one instance")
        whole = data.merge([part for part in (train, validation) if part])
        assert whole is not None
        cross_validation.run(xgboost, chosen, whole, lambda rows: _matrix(xgboost, rows), own_metrics, stop)
        return
    with distributed.join(xgboost, job.hosts, job.current_host) as cluster:
        try:
            _train(xgboost, chosen, cluster, _shared(train, cluster), _shared(validation, cluster), stop)
        except (xgboost.core.XGBoostError, ValueError) as failed:
            raise WorkloadError(f"XGB train call failed with exception:\n {_brief(failed)}") from failed


def _own_hyperparameters(job: TrainingEnvironment) -> dict[str, str]:
    """Without the platform's; clients that encode them all as JSON put texts in quotation marks."""
    own = {name: text for name, text in job.texts.items() if not name.startswith(PLATFORM_PREFIX)}
    return {name: text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' else text for name, text in own.items()}


def _read_channels(
    job: TrainingEnvironment, chosen: Hyperparameters
) -> tuple[data.Dataset | None, data.Dataset | None]:
    for name in job.channels:
        if name not in CHANNELS:
            raise UserError(f"Extraneous channel found: {name}")
    if "train" not in job.channels:
        raise UserError("Missing required channel: train")
    # The content type of the training channel holds for both, as on AWS.
    kind = data.content_type(job.channels["train"].get("ContentType"))
    found = {}
    for name in ("train", "validation"):
        if name not in job.channels:
            found[name] = None
            continue
        piped = job.channels[name].get("TrainingInputMode") == "Pipe"
        found[name] = data.read(paths.channel(name), kind, chosen.csv_weights, piped)
        if found[name] is None and len(job.hosts) == 1:
            described = "training" if name == "train" else name
            raise UserError(f"No data in {described} channel path {paths.channel(name)}")
    if found["train"]:
        rows, columns = found["train"].features.shape
        print(f"Train matrix has {rows} rows and {columns} columns", flush=True)
    if found["validation"]:
        print(f"Validation matrix has {found['validation'].features.shape[0]} rows", flush=True)
    return found["train"], found["validation"]


def _check_labels(labels: np.ndarray, chosen: Hyperparameters) -> None:
    objective = chosen.booster.get("objective", "reg:squarederror")
    if objective in ("binary:logistic", "binary:logitraw", "binary:hinge", "reg:logistic"):
        if labels.min() < 0 or labels.max() > 1:
            raise UserError("label must be in [0,1] for logistic regression")
    elif objective.startswith("multi:") and (labels.min() < 0 or labels.max() >= chosen.booster["num_class"]):
        raise UserError("label must be in [0, num_class)")


def _shared(rows: data.Dataset | None, cluster: distributed.Cluster) -> data.Dataset | None:
    """This instance's share, as wide as all others'. None when no instance has data for the channel."""
    width = cluster.widest(rows.features.shape[1] if rows else 0)
    if not width:
        return None
    if rows is None:
        return data.Dataset(sparse.csr_matrix((0, width), dtype=np.float32), np.empty(0, np.float32))
    return data.Dataset(data.widen(rows.features, width), rows.labels, rows.weights, rows.groups)


def _matrix(xgboost: Any, rows: data.Dataset) -> Any:
    return xgboost.DMatrix(rows.features, label=rows.labels, weight=rows.weights, qid=rows.groups)


def _train(
    xgboost: Any,
    chosen: Hyperparameters,
    cluster: distributed.Cluster,
    train: data.Dataset | None,
    validation: data.Dataset | None,
    stop: progress.StopSignal | None,
) -> None:
    if train is None:
        raise UserError("No instance has training data")
    watched = [(_matrix(xgboost, train), "train")]
    if validation is not None:
        watched.append((_matrix(xgboost, validation), "validation"))
    folder = checkpoints.directory()
    resumed, done = checkpoints.load(xgboost, folder) if folder else (None, 0)
    if done:
        print(f"Checkpoint loaded from {folder}\nResuming from iteration {done}", flush=True)

    def save(booster: Any) -> None:
        checkpoints.save_model(booster, paths.MODEL / MODEL_NAME)

    keep = save if chosen.save_model_on_termination and cluster.is_master else None
    callbacks = [progress.callback(xgboost, done, cluster.is_master, folder, stop, keep)]
    if validation is not None:
        callbacks += early_stopping(xgboost, chosen)
    booster = xgboost.train(
        parameters(chosen),
        watched[0][0],
        num_boost_round=max(chosen.num_round - done, 0),
        evals=watched,
        custom_metric=own_metrics(chosen, cluster),
        callbacks=callbacks,
        xgb_model=resumed,
        verbose_eval=False,
    )
    if cluster.is_master:
        save(booster)


def parameters(chosen: Hyperparameters) -> dict[str, Any]:
    """What XGBoost itself is told."""
    native = [metric for metric in chosen.eval_metrics if metric not in metrics.OWN]
    # Without this, XGBoost would add the objective's usual metric to those of our own.
    only_own = bool(chosen.eval_metrics) and not native
    return {
        "verbosity": 1,
        **chosen.booster,
        **({"eval_metric": native} if native else {}),
        **({"disable_default_eval_metric": True} if only_own else {}),
    }


def own_metrics(chosen: Hyperparameters, cluster: distributed.Cluster) -> Callable[..., list[tuple[str, float]]] | None:
    """The chosen metrics that XGBoost does not have; None when there are none."""
    wanted = [metric for metric in chosen.eval_metrics if metric in metrics.OWN]
    if not wanted:
        return None
    objective = chosen.booster.get("objective", "reg:squarederror")

    def evaluate(predictions: np.ndarray, matrix: Any) -> list[tuple[str, float]]:
        labels = matrix.get_label()
        rows = cluster.total(labels.size)
        found = []
        for metric in wanted:
            here = metrics.evaluate(metric, labels, predictions, objective) if labels.size else 0.0
            # Every instance must see the same value, or early stopping would part them.
            found.append((metric, cluster.total(here * labels.size) / rows))
        return found

    return evaluate


def early_stopping(xgboost: Any, chosen: Hyperparameters) -> list[Any]:
    """Stops on the tuned metric, else on the last one; without either, on the objective's usual one."""
    if not chosen.early_stopping_rounds:
        return []
    metric = chosen.early_stopping_metric
    return [
        xgboost.callback.EarlyStopping(
            rounds=chosen.early_stopping_rounds,
            data_name="validation",
            metric_name=metric,
            maximize=metrics.is_maximized(metric) if metric else None,
            save_best=chosen.booster.get("booster") not in ("gblinear", "dart"),
        )
    ]


def _brief(error: Exception) -> str:
    """An error of the library without the time, the line of C++ and the stack around it."""
    return re.sub(r"^\[[\d:]+\] \S+: ", "", str(error).partition("\nStack trace:")[0].strip())
