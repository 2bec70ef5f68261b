"""The algorithm's hyperparameters: which there are, what they may be, and what of them reaches XGBoost."""

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from wildsage_workload.failures import UserError
from wildsage_workload.xgboost_algorithm import metrics

Parse = Callable[[str, str], Any]


def _number(kind: Callable[[str], Any], low: float, high: float, open_low: bool, open_high: bool) -> Parse:
    interval = f"{'(' if open_low else '['}{low:g}, {high:g}{')' if open_high else ']'}"

    def parse(name: str, text: str) -> Any:
        try:
            value = kind(text)
        except ValueError:
            raise UserError(f"Hyperparameter {name}: could not parse value {text!r}") from None
        below = value <= low if open_low else value < low
        above = value >= high if open_high else value > high
        # NaN compares false with everything, so it is caught by name.
        if below or above or value != value:
            raise UserError(f"Hyperparameter {name}: {text} is not in {interval}")
        return value

    return parse


def _integer(low: float = float("-inf"), high: float = float("inf")) -> Parse:
    return _number(int, low, high, False, False)


def _real(low: float = 0, high: float = float("inf"), open_low: bool = False, open_high: bool = False) -> Parse:
    return _number(float, low, high, open_low, open_high)


def _one_of(*choices: str) -> Parse:
    def parse(name: str, text: str) -> str:
        if text not in choices:
            raise UserError(f"Hyperparameter {name}: {text} is not in {list(choices)}")
        return text

    return parse


def _list_of(*choices: str) -> Parse:
    one = _one_of(*choices)
    return lambda name, text: [one(name, part.strip()) for part in text.split(",")]


def _literal(accept: Callable[[Any], bool], form: str) -> Parse:
    def parse(name: str, text: str) -> Any:
        try:
            value = ast.literal_eval(text)
        except (ValueError, SyntaxError):
            raise UserError(f"Hyperparameter {name}: could not parse value {text!r}, expected {form}") from None
        if not accept(value):
            raise UserError(f"Hyperparameter {name}: value {text} is not {form}")
        return value

    return parse


def _is_monotone(value: Any) -> bool:
    return isinstance(value, (tuple, list)) and all(entry in (-1, 0, 1) for entry in value)


def _is_groups(value: Any) -> bool:
    return isinstance(value, list) and all(
        isinstance(group, list) and all(isinstance(entry, int) and entry >= 0 for entry in group) for group in value
    )


def _eval_metrics(name: str, text: str) -> list[str]:
    found = [part.strip() for part in text.split(",")]
    for metric in found:
        base, at, threshold = metric.partition("@")
        if at and base not in ("error", "ndcg", "map"):
            raise UserError(f"Metric '{metric}' is not supported: only error, ndcg and map take a threshold")
        if at and not _is_number(threshold.removesuffix("-")):
            raise UserError(f"Threshold value 't' in '{base}@t' expects float input.")
        if not at and metric not in metrics.MAXIMIZED and metric not in metrics.MINIMIZED:
            known = sorted(metrics.MAXIMIZED | metrics.MINIMIZED)
            raise UserError(f"Hyperparameter {name}: value {metric} not in range {known}")
    return found


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


UPDATERS = (
    "grow_colmaker", "grow_histmaker", "grow_quantile_histmaker", "sync", "refresh", "prune", "shotgun",
    "coord_descent",
)  # fmt: skip
OBJECTIVES = (
    "binary:logistic", "binary:logitraw", "binary:hinge", "count:poisson", "multi:softmax", "multi:softprob",
    "rank:pairwise", "rank:ndcg", "rank:map", "reg:linear", "reg:squarederror", "reg:logistic", "reg:gamma",
    "reg:pseudohubererror", "reg:squaredlogerror", "reg:absoluteerror", "reg:tweedie", "survival:aft", "survival:cox",
)  # fmt: skip
TUNING_METRICS = tuple(f"validation:{name}" for name in sorted(metrics.MAXIMIZED | metrics.MINIMIZED))

_FLAG = _integer(0, 1)
_SWITCH = _one_of("true", "false")
_FRACTION = _real(0, 1, open_low=True)

KNOWN: dict[str, Parse] = {
    "num_round": _integer(1),
    "csv_weights": _FLAG,
    "early_stopping_rounds": _integer(1),
    "booster": _one_of("gbtree", "gblinear", "dart"),
    "verbosity": _integer(0, 3),
    "nthread": _integer(1),
    "eta": _real(0, 1),
    "gamma": _real(),
    "max_depth": _integer(0),
    "min_child_weight": _real(),
    "max_delta_step": _real(),
    "subsample": _FRACTION,
    "colsample_bytree": _FRACTION,
    "colsample_bylevel": _FRACTION,
    "colsample_bynode": _FRACTION,
    "lambda": _real(),
    "alpha": _real(),
    "tree_method": _one_of("auto", "exact", "approx", "hist"),
    "sketch_eps": _real(0, 1, open_low=True, open_high=True),
    "scale_pos_weight": _real(open_low=True),
    "updater": _list_of(*UPDATERS),
    "dsplit": _one_of("row", "col"),
    "refresh_leaf": _FLAG,
    "process_type": _one_of("default", "update"),
    "grow_policy": _one_of("depthwise", "lossguide"),
    "max_leaves": _integer(0),
    "max_bin": _integer(0),
    "predictor": _one_of("auto", "cpu_predictor"),
    "monotone_constraints": _literal(_is_monotone, "a tuple of -1, 0 and 1, such as (1, 0, -1)"),
    "interaction_constraints": _literal(_is_groups, "a list of lists of columns, such as [[0, 1], [2, 3]]"),
    "sample_type": _one_of("uniform", "weighted"),
    "normalize_type": _one_of("tree", "forest"),
    "rate_drop": _real(0, 1),
    "one_drop": _FLAG,
    "skip_drop": _real(0, 1),
    "lambda_bias": _real(0, 1),
    "tweedie_variance_power": _real(1, 2, open_low=True, open_high=True),
    "objective": _one_of(*OBJECTIVES),
    "num_class": _integer(2),
    "base_score": _real(),
    "_kfold": _integer(2),
    "_num_cv_round": _integer(1),
    "_tuning_objective_metric": _one_of(*TUNING_METRICS),
    "eval_metric": _eval_metrics,
    "seed": _integer(-(2**31), 2**31 - 1),
    "num_parallel_tree": _integer(1),
    "save_model_on_termination": _SWITCH,
    "aft_loss_distribution": _one_of("normal", "logistic", "extreme"),
    "aft_loss_distribution_scale": _real(),
    "deterministic_histogram": _SWITCH,
    "sampling_method": _one_of("uniform", "gradient_based"),
    "prob_buffer_row": _real(1, open_low=True),
    "use_dask_gpu_training": _SWITCH,
}
ALIASES = {"learning_rate": "eta", "min_split_loss": "gamma", "reg_lambda": "lambda", "reg_alpha": "alpha"}

# Accepted as AWS accepts them; the library that does the training has dropped them.
WITHOUT_EFFECT = {"sketch_eps", "dsplit", "predictor", "lambda_bias", "deterministic_histogram", "prob_buffer_row"}
_OWN = {
    "num_round", "csv_weights", "early_stopping_rounds", "_kfold", "_num_cv_round", "_tuning_objective_metric",
    "eval_metric", "save_model_on_termination", "use_dask_gpu_training",
}  # fmt: skip


@dataclass(frozen=True)
class Hyperparameters:
    """Checked hyperparameters: `booster` is for XGBoost, the rest for the algorithm around it."""

    num_round: int
    booster: dict[str, Any]
    eval_metrics: list[str] = field(default_factory=list)
    """In the order of the log line; those of our own included."""
    csv_weights: bool = False
    early_stopping_rounds: int | None = None
    early_stopping_metric: str | None = None
    save_model_on_termination: bool = False
    folds: int | None = None
    fold_rounds: int = 1
    without_effect: list[str] = field(default_factory=list)


def check(given: Mapping[str, Any]) -> Hyperparameters:
    """Checks what the user gave. Raises UserError naming the hyperparameter and what it may be."""
    named = {ALIASES.get(name, name): str(value) for name, value in given.items()}
    if "num_round" not in named:
        raise UserError("Missing required hyperparameter: num_round")
    for name in named:
        if name not in KNOWN:
            raise UserError(f"Extraneous hyperparameter found: {name}")
    values = {name: KNOWN[name](name, text) for name, text in named.items()}
    _check_together(values)
    tuned = values.get("_tuning_objective_metric", "").removeprefix("validation:")
    chosen = values.get("eval_metric", [])
    booster = {name: value for name, value in values.items() if name not in _OWN and name not in WITHOUT_EFFECT}
    if booster.get("objective") == "reg:linear":
        booster["objective"] = "reg:squarederror"
    if "updater" in booster:
        booster["updater"] = ",".join(booster["updater"])
    return Hyperparameters(
        num_round=values["num_round"],
        booster=booster,
        eval_metrics=chosen + [tuned] if tuned and tuned not in chosen else chosen,
        csv_weights=values.get("csv_weights") == 1,
        early_stopping_rounds=values.get("early_stopping_rounds"),
        early_stopping_metric=tuned or (chosen[-1] if chosen else None),
        save_model_on_termination=values.get("save_model_on_termination") == "true",
        folds=values.get("_kfold"),
        fold_rounds=values.get("_num_cv_round", 1),
        without_effect=sorted(WITHOUT_EFFECT & values.keys()),
    )


def _check_together(values: Mapping[str, Any]) -> None:
    """Rules between hyperparameters."""
    objective = values.get("objective", "reg:squarederror")
    if objective.startswith("multi:") and "num_class" not in values:
        raise UserError("Require input for parameter 'num_class' for multi-classification")
    if "num_class" in values and "objective" not in values:
        raise UserError("Hyperparameter num_class needs the objective multi:softmax or multi:softprob")
    if values.get("use_dask_gpu_training") == "true":
        raise UserError("Hyperparameter use_dask_gpu_training: GPU training is not available here; leave it out")
    chosen = values.get("eval_metric", [])
    if "auc" in chosen and not objective.startswith(("binary:", "rank:", "multi:softprob")):
        raise UserError("Metric 'auc' can only be applied for classification and ranking problems.")
    if "aft-nloglik" in chosen and objective != "survival:aft":
        raise UserError("Metric 'aft-nloglik' can only be applied for 'survival:aft' objective.")
    method = values.get("tree_method")
    if "monotone_constraints" in values and method not in ("exact", "hist"):
        raise UserError("monotone_constraints needs the tree_method exact or hist")
    if "interaction_constraints" in values and method not in ("exact", "hist", "approx"):
        raise UserError("interaction_constraints needs the tree_method exact, hist or approx")
    _check_updaters(values)


def _check_updaters(values: Mapping[str, Any]) -> None:
    updaters = values.get("updater")
    if updaters is None:
        return
    linear = {"shotgun", "coord_descent"}
    if values.get("booster") == "gblinear":
        if len(updaters) != 1 or updaters[0] not in linear:
            raise UserError("Linear updater should be one of these options: 'shotgun', 'coord_descent'.")
    elif values.get("process_type") == "update":
        if not set(updaters) <= {"refresh", "prune"}:
            raise UserError("process_type 'update' can only be used with updater 'refresh' and 'prune'")
    elif linear & set(updaters):
        raise UserError("The updaters 'shotgun' and 'coord_descent' need the booster gblinear")
    elif sum(name.startswith("grow_") for name in updaters) > 1:
        raise UserError("Only one tree grow plugin can be selected")
