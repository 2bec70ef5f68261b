"""Evaluation metrics: which way is better, and those that XGBoost itself does not have."""

from collections.abc import Callable
from typing import Any

import numpy as np

MAXIMIZED = {
    "accuracy", "auc", "aucpr", "balanced_accuracy", "f1", "f1_binary", "f1_macro", "map", "ndcg", "precision", "r2",
    "recall", "precision_macro", "precision_micro", "recall_macro", "recall_micro",
}  # fmt: skip
MINIMIZED = {
    "aft-nloglik", "cox-nloglik", "error", "gamma-deviance", "gamma-nloglik", "interval-regression-accuracy", "logloss",
    "mae", "mape", "merror", "mlogloss", "mphe", "mse", "poisson-nloglik", "rmse", "rmsle", "tweedie-nloglik",
}  # fmt: skip


def is_maximized(metric: str) -> bool:
    """Whether more of it is better; `ndcg@3` counts as `ndcg`."""
    return metric.partition("@")[0] in MAXIMIZED


def _counts(labels: np.ndarray, found: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """For each class that occurs: how many were found rightly, found at all, and are there."""
    classes = np.unique(np.concatenate([labels, found]))
    right = np.array([np.sum((found == one) & (labels == one)) for one in classes], float)
    chosen = np.array([np.sum(found == one) for one in classes], float)
    there = np.array([np.sum(labels == one) for one in classes], float)
    return right, chosen, there


def _ratio(part: Any, whole: Any) -> Any:
    """`part / whole`, 0 where there is nothing to divide by."""
    whole = np.asarray(whole, float)
    return np.divide(part, whole, out=np.zeros_like(whole), where=whole > 0)


def _positive(labels: np.ndarray, found: np.ndarray) -> tuple[float, float, float]:
    if np.unique(np.concatenate([labels, found])).size > 2:
        raise ValueError("Target is multiclass but average='binary'. Use a _macro or _micro metric instead.")
    return float(np.sum((found == 1) & (labels == 1))), float(np.sum(found == 1)), float(np.sum(labels == 1))


def _f1(right: Any, chosen: Any, there: Any) -> Any:
    return _ratio(2 * right, chosen + there)


def _accuracy(labels: np.ndarray, found: np.ndarray) -> float:
    return float(np.mean(labels == found))


def _balanced_accuracy(labels: np.ndarray, found: np.ndarray) -> float:
    right, _, there = _counts(labels, found)
    return float(np.mean((right[there > 0]) / there[there > 0]))


def _f1_macro(labels: np.ndarray, found: np.ndarray) -> float:
    return float(np.mean(_f1(*_counts(labels, found))))


def _precision_macro(labels: np.ndarray, found: np.ndarray) -> float:
    right, chosen, _ = _counts(labels, found)
    return float(np.mean(_ratio(right, chosen)))


def _recall_macro(labels: np.ndarray, found: np.ndarray) -> float:
    right, _, there = _counts(labels, found)
    return float(np.mean(_ratio(right, there)))


def _f1_binary(labels: np.ndarray, found: np.ndarray) -> float:
    return float(_f1(*_positive(labels, found)))


def _precision(labels: np.ndarray, found: np.ndarray) -> float:
    right, chosen, _ = _positive(labels, found)
    return float(_ratio(right, chosen))


def _recall(labels: np.ndarray, found: np.ndarray) -> float:
    right, _, there = _positive(labels, found)
    return float(_ratio(right, there))


def _mse(labels: np.ndarray, predictions: np.ndarray) -> float:
    return float(np.mean((labels - predictions) ** 2))


def _r2(labels: np.ndarray, predictions: np.ndarray) -> float:
    spread = float(np.sum((labels - labels.mean()) ** 2))
    return 1 - float(np.sum((labels - predictions) ** 2)) / spread if spread else 0.0


_OF_CLASSES: dict[str, Callable[[np.ndarray, np.ndarray], float]] = {
    "accuracy": _accuracy,
    "balanced_accuracy": _balanced_accuracy,
    "f1": _f1_macro,
    "f1_binary": _f1_binary,
    "f1_macro": _f1_macro,
    "precision": _precision,
    "precision_macro": _precision_macro,
    # Over all classes together each wrong answer is one false positive and one false negative.
    "precision_micro": _accuracy,
    "recall": _recall,
    "recall_macro": _recall_macro,
    "recall_micro": _accuracy,
}
_OF_NUMBERS = {"mse": _mse, "r2": _r2}
OWN = _OF_CLASSES.keys() | _OF_NUMBERS.keys()


def evaluate(metric: str, labels: np.ndarray, predictions: np.ndarray, objective: str) -> float:
    """One of `OWN`, from XGBoost's predictions under `objective`."""
    if metric in _OF_NUMBERS:
        return _OF_NUMBERS[metric](labels, predictions)
    return _OF_CLASSES[metric](labels, classes(predictions, objective))


def classes(predictions: np.ndarray, objective: str) -> np.ndarray:
    """Predictions as class numbers."""
    if predictions.ndim > 1:
        return predictions.argmax(axis=1)
    if objective == "multi:softmax":
        return predictions
    return (predictions > (0 if objective == "binary:logitraw" else 0.5)).astype(int)
