"""Selectable inference content: what SAGEMAKER_INFERENCE_OUTPUT names, for each row."""

from typing import Any

import numpy as np

_CLASSES = ("predicted_label", "labels", "raw_score", "raw_scores")
_PROBABILITIES = ("probability", "probabilities")
VALID: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(
        ("reg:squarederror", "reg:logistic", "reg:gamma", "reg:absoluteerror", "reg:tweedie"), ("predicted_score",)
    ),
    **dict.fromkeys(("binary:logistic", "multi:softprob"), _CLASSES + _PROBABILITIES),
    **dict.fromkeys(("binary:logitraw", "binary:hinge", "multi:softmax"), _CLASSES),
}


def keys(setting: str) -> list[str]:
    """The names in SAGEMAKER_INFERENCE_OUTPUT, in its order."""
    return setting.replace(" ", "").lower().split(",")


def select(predictions: np.ndarray, names: list[str], objective: str, classes: int) -> list[dict[str, Any]]:
    """For each row the named values; one that the objective does not have is NaN. Raises ValueError for an objective
    that has none of them."""
    if objective not in VALID:
        raise ValueError(f"Objective `{objective}` unsupported for selectable inference predictions.")
    return [
        {name: _value(name, row, objective, classes) if name in VALID[objective] else np.nan for name in names}
        for row in predictions
    ]


def _value(name: str, row: Any, objective: str, classes: int) -> Any:
    if name == "labels":
        return list(range(classes)) if objective.startswith("multi:") else [0, 1]
    if name == "predicted_label":
        return _label(row, objective)
    if objective == "multi:softprob":
        # The winning class's in the singular, all classes' in the plural.
        return row.tolist() if name.endswith("s") else row.max().item()
    score = row.item()
    # Of two classes the score is that of class 1.
    return [1.0 - score, score] if name.endswith("s") else score


def _label(row: Any, objective: str) -> int | float:
    if objective == "multi:softprob":
        return int(row.argmax())
    if objective == "binary:logistic":
        return int(row > 0.5)
    return int(row > 0) if objective == "binary:logitraw" else row.item()
