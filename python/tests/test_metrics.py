import numpy as np
import pytest
from sklearn import metrics as reference

from wildsage_workload.xgboost_algorithm import metrics

LABELS = np.array([0, 1, 2, 2, 1, 0, 2, 1], float)
SCORES = np.random.default_rng(1).random((8, 3))
FOUND = SCORES.argmax(axis=1)
TWO = np.array([0, 1, 1, 0, 1, 0, 1, 1], float)
PROBABILITY = np.array([0.2, 0.7, 0.4, 0.6, 0.9, 0.1, 0.8, 0.51])
TWO_FOUND = (PROBABILITY > 0.5).astype(int)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("accuracy", reference.accuracy_score(LABELS, FOUND)),
        ("balanced_accuracy", reference.balanced_accuracy_score(LABELS, FOUND)),
        ("f1", reference.f1_score(LABELS, FOUND, average="macro", zero_division=0)),
        ("f1_macro", reference.f1_score(LABELS, FOUND, average="macro", zero_division=0)),
        ("precision_macro", reference.precision_score(LABELS, FOUND, average="macro", zero_division=0)),
        ("precision_micro", reference.precision_score(LABELS, FOUND, average="micro")),
        ("recall_macro", reference.recall_score(LABELS, FOUND, average="macro", zero_division=0)),
        ("recall_micro", reference.recall_score(LABELS, FOUND, average="micro")),
    ],
)
def test_metrics_of_many_classes_equal_scikit_learns(name: str, expected: float) -> None:
    assert metrics.evaluate(name, LABELS, SCORES, "multi:softprob") == pytest.approx(expected)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("accuracy", reference.accuracy_score(TWO, TWO_FOUND)),
        ("f1_binary", reference.f1_score(TWO, TWO_FOUND)),
        ("precision", reference.precision_score(TWO, TWO_FOUND)),
        ("recall", reference.recall_score(TWO, TWO_FOUND)),
    ],
)
def test_metrics_of_two_classes_equal_scikit_learns(name: str, expected: float) -> None:
    assert metrics.evaluate(name, TWO, PROBABILITY, "binary:logistic") == pytest.approx(expected)


def test_metrics_of_numbers_equal_scikit_learns() -> None:
    assert metrics.evaluate("mse", TWO, PROBABILITY, "reg:squarederror") == pytest.approx(
        reference.mean_squared_error(TWO, PROBABILITY)
    )
    assert metrics.evaluate("r2", TWO, PROBABILITY, "reg:squarederror") == pytest.approx(
        reference.r2_score(TWO, PROBABILITY)
    )


def test_a_metric_of_two_classes_refuses_three() -> None:
    with pytest.raises(ValueError, match="multiclass"):
        metrics.evaluate("f1_binary", LABELS, SCORES, "multi:softprob")


def test_every_own_metric_says_which_way_is_better() -> None:
    assert metrics.OWN <= metrics.MAXIMIZED | metrics.MINIMIZED
    assert metrics.is_maximized("ndcg@3") and not metrics.is_maximized("error@0.7")
