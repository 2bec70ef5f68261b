"""K-fold cross validation: a model for each fold, mean metrics, and predictions of rows by models unaware of them."""

from collections.abc import Callable
from typing import Any

import numpy as np

from wildsage_workload import paths
from wildsage_workload.xgboost_algorithm import checkpoints, data, distributed, metrics, progress
from wildsage_workload.xgboost_algorithm.hyperparameters import Hyperparameters

PREDICTIONS = "predictions.csv"


def run(
    xgboost: Any,
    chosen: Hyperparameters,
    rows: data.Dataset,
    matrix_of: Callable[[data.Dataset], Any],
    metrics_of: Callable[..., Any],
    stop: progress.StopSignal | None,
) -> None:
    """Trains `folds` models `fold_rounds` times and saves them as `xgboost-model-0` and so on."""
    from wildsage_workload.xgboost_algorithm import training

    assert chosen.folds
    objective = chosen.booster.get("objective", "reg:squarederror")
    is_classification = objective.startswith(("binary:", "multi:"))
    whole = matrix_of(rows)
    results: list[dict[str, dict[str, list[float]]]] = []
    predicted: list[list[np.ndarray]] = [[] for _ in range(rows.labels.size)]
    alone = distributed.Cluster(True, 1)
    for learn, test in _splits(chosen, rows.labels, is_classification):
        print(f"Train cross validation fold {len(results) % chosen.folds + 1}", flush=True)
        learning, testing = whole.slice(learn), whole.slice(test)
        result: dict[str, dict[str, list[float]]] = {}
        booster = xgboost.train(
            training.parameters(chosen),
            learning,
            num_boost_round=chosen.num_round,
            evals=[(learning, "train"), (testing, "validation")],
            evals_result=result,
            custom_metric=metrics_of(chosen, alone),
            callbacks=[
                progress.callback(xgboost, 0, True, None, stop, None),
                *training.early_stopping(xgboost, chosen),
            ],
            verbose_eval=False,
        )
        checkpoints.save_model(booster, paths.MODEL / f"{training.MODEL_NAME}-{len(results)}")
        results.append(result)
        for row, prediction in zip(test, booster.predict(testing), strict=True):
            predicted[row].append(prediction)
        if stop and stop.received:
            return
        if len(results) % chosen.folds == 0:
            _report(chosen.num_round, results[-chosen.folds :], f"round {len(results) // chosen.folds}")
    if chosen.fold_rounds > 1:
        _report(chosen.num_round, results, f"all {chosen.fold_rounds} rounds")
    _save_predictions(rows.labels, predicted, objective if is_classification else None)


def _splits(chosen: Hyperparameters, labels: np.ndarray, stratified: bool) -> Any:
    from sklearn.model_selection import RepeatedKFold, RepeatedStratifiedKFold

    kind = RepeatedStratifiedKFold if stratified else RepeatedKFold
    folds = kind(n_splits=chosen.folds, n_repeats=chosen.fold_rounds, random_state=chosen.booster.get("seed"))
    return folds.split(np.zeros(labels.size), labels if stratified else None)


def _report(num_round: int, results: list[dict[str, dict[str, list[float]]]], which: str) -> None:
    print(f"The metrics of {which} of cross validation", flush=True)
    mean = {
        name: {metric: float(np.mean([result[name][metric][-1] for result in results])) for metric in results[0][name]}
        for name in results[0]
    }
    print(progress.metrics_line(num_round, mean), flush=True)


def _save_predictions(labels: np.ndarray, predicted: list[list[np.ndarray]], objective: str | None) -> None:
    """A line for each row: label and mean prediction; for classes label, mean probability and most frequent class."""
    table = np.array(predicted)
    if objective is None:
        columns = [labels, table.mean(axis=1)]
    else:
        found = metrics.classes(table.reshape(-1, *table.shape[2:]), objective).reshape(table.shape[:2]).astype(int)
        sure = table.max(axis=2) if table.ndim == 3 else table
        columns = [labels, sure.mean(axis=1), np.array([np.bincount(votes).argmax() for votes in found])]
    paths.OUTPUT_DATA.mkdir(parents=True, exist_ok=True)
    np.savetxt(paths.OUTPUT_DATA / PREDICTIONS, np.column_stack(columns), delimiter=",", fmt="%f")
