"""Loads trained models: XGBoost's own formats and pickles, one or several of them."""

import os
import pickle
from pathlib import Path
from typing import Any

import numpy as np
from scipy import sparse

from wildsage_workload.xgboost_algorithm.engine import load_xgboost

NAME = "xgboost-model"
# The first byte of a pickle of protocol 2 and later.
_PICKLE = b"\x80"


def files(folder: Path) -> list[Path]:
    """The model files of an archive: `xgboost-model` and `xgboost-model-0` and so on, else every plain file."""
    plain = sorted(file for file in folder.iterdir() if file.is_file() and not file.name.startswith("."))
    named = [file for file in plain if file.name.startswith(NAME)] or plain
    if not named:
        raise FileNotFoundError(f"The model archive holds no file {NAME}")
    return named if os.environ.get("SAGEMAKER_INFERENCE_ENSEMBLE", "true") == "true" else named[:1]


def load_library(folder: Path) -> Any:
    """Imports xgboost, with its scikit-learn interface only where a model was pickled as one of its estimators."""
    contents = [file.read_bytes() for file in files(folder)]
    return load_xgboost(any(content[:1] == _PICKLE and b"xgboost.sklearn" in content for content in contents))


def load(file: Path) -> Any:
    """A Booster. Raises ValueError, saying why, when the file is neither a model nor a pickled one."""
    content = file.read_bytes()
    if content[:1] == _PICKLE:
        try:
            found = pickle.loads(content)
        except Exception as broken:
            raise ValueError(f"Model {file} cannot be unpickled: {broken}") from broken
        return found.get_booster() if hasattr(found, "get_booster") else found
    xgboost = load_xgboost()
    booster = xgboost.Booster()
    try:
        booster.load_model(bytearray(content))
    except xgboost.core.XGBoostError as broken:
        reason = str(broken).partition("\nStack trace:")[0].strip()
        raise ValueError(f"Model {file} cannot be loaded by XGBoost {xgboost.__version__}: {reason}") from broken
    return booster


def predict(booster: Any, features: np.ndarray | sparse.csr_matrix, kind: str) -> np.ndarray:
    """XGBoost's prediction for each row. `kind` is the booster's: gbtree, dart or gblinear."""
    if kind != "gblinear" and not sparse.issparse(features):
        # Half the time of a prediction from a DMatrix for a few rows.
        return booster.inplace_predict(features, validate_features=False)
    return booster.predict(load_xgboost().DMatrix(features), validate_features=False)
