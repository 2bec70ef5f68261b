import pytest

from wildsage_workload.failures import UserError
from wildsage_workload.xgboost_algorithm import hyperparameters


def check(**given: str) -> hyperparameters.Hyperparameters:
    return hyperparameters.check({"num_round": "5", **given})


def test_values_reach_xgboost_with_their_types() -> None:
    chosen = check(
        eta="0.3", max_depth="4", objective="binary:logistic", interaction_constraints="[[0,1],[2]]", tree_method="hist"
    )
    assert chosen.num_round == 5
    assert chosen.booster == {
        "eta": 0.3,
        "max_depth": 4,
        "objective": "binary:logistic",
        "interaction_constraints": [[0, 1], [2]],
        "tree_method": "hist",
    }


def test_the_librarys_other_names_are_understood() -> None:
    chosen = check(learning_rate="0.1", reg_alpha="2", reg_lambda="3", min_split_loss="4")
    assert chosen.booster == {"eta": 0.1, "alpha": 2.0, "lambda": 3.0, "gamma": 4.0}


def test_what_the_algorithm_itself_uses_does_not_reach_xgboost() -> None:
    chosen = check(csv_weights="1", early_stopping_rounds="3", eval_metric="rmse,mae", save_model_on_termination="true")
    assert chosen.booster == {}
    assert chosen.csv_weights and chosen.save_model_on_termination
    assert (chosen.early_stopping_rounds, chosen.early_stopping_metric) == (3, "mae")
    assert chosen.eval_metrics == ["rmse", "mae"]


def test_the_tuned_metric_is_evaluated_and_stops_early() -> None:
    chosen = check(_tuning_objective_metric="validation:auc", objective="binary:logistic", eval_metric="error")
    assert chosen.eval_metrics == ["error", "auc"]
    assert chosen.early_stopping_metric == "auc"


def test_the_old_name_of_squared_error_is_translated() -> None:
    assert check(objective="reg:linear").booster["objective"] == "reg:squarederror"


def test_what_xgboost_has_dropped_is_accepted_and_named() -> None:
    chosen = check(sketch_eps="0.1", predictor="cpu_predictor")
    assert chosen.booster == {}
    assert chosen.without_effect == ["predictor", "sketch_eps"]


def test_the_number_of_rounds_is_required() -> None:
    with pytest.raises(UserError, match="^Missing required hyperparameter: num_round$"):
        hyperparameters.check({"eta": "0.1"})


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"num_rounds": "5"}, "Extraneous hyperparameter found: num_rounds"),
        ({"eta": "fast"}, "Hyperparameter eta: could not parse value 'fast'"),
        ({"eta": "1.5"}, "Hyperparameter eta: 1.5 is not in"),
        ({"eta": "nan"}, "Hyperparameter eta: nan is not in"),
        ({"subsample": "0"}, "Hyperparameter subsample: 0 is not in"),
        ({"max_depth": "3.5"}, "could not parse"),
        ({"booster": "forest"}, "Hyperparameter booster: forest is not in"),
        ({"objective": "multi:softmax"}, "Require input for parameter 'num_class'"),
        ({"objective": "multi:magic"}, "is not in"),
        ({"eval_metric": "rmse,wow"}, "value wow not in range"),
        ({"eval_metric": "rmse@3"}, "only error, ndcg and map take a threshold"),
        ({"eval_metric": "error@half"}, "expects float input"),
        ({"eval_metric": "auc"}, "Metric 'auc' can only be applied"),
        ({"monotone_constraints": "(1,2)", "tree_method": "hist"}, "monotone_constraints"),
        ({"monotone_constraints": "(1,0)"}, "needs the tree_method"),
        ({"interaction_constraints": "__import__('os')"}, "could not parse"),
        ({"tree_method": "gpu_hist"}, "is not in"),
        ({"use_dask_gpu_training": "true"}, "GPU training is not available"),
        ({"updater": "shotgun"}, "need the booster gblinear"),
        ({"updater": "grow_colmaker,grow_histmaker"}, "Only one tree grow plugin"),
        ({"updater": "grow_histmaker", "process_type": "update"}, "can only be used with updater"),
        ({"updater": "prune", "booster": "gblinear"}, "Linear updater should be"),
    ],
)
def test_what_is_wrong_is_refused_by_name(given: dict[str, str], message: str) -> None:
    with pytest.raises(UserError, match=message):
        check(**given)


def test_thresholds_of_metrics_are_allowed() -> None:
    assert check(eval_metric="error@0.7,ndcg@5-", objective="binary:logistic").eval_metrics == ["error@0.7", "ndcg@5-"]
