"""Training data as XGBoost takes it."""

from pathlib import Path
from typing import Any

from wildsage_workload.xgboost_algorithm import data


def get_content_type(content_type_cfg_val: str | None) -> str:
    """The short name of a channel's content type. Raises UserError for one that XGBoost does not read."""
    return data.content_type(content_type_cfg_val)


def get_dmatrix(data_path: str, content_type: str | None, csv_weights: int = 0, is_pipe: bool = False) -> Any:
    """A DMatrix of all data below a path; None when there are none."""
    import xgboost

    place = Path(data_path)
    if not is_pipe and not place.exists():
        return None
    rows = data.read(place, data.content_type(content_type), csv_weights == 1, is_pipe)
    if rows is None:
        return None
    return xgboost.DMatrix(rows.features, label=rows.labels, weight=rows.weights, qid=rows.groups)
