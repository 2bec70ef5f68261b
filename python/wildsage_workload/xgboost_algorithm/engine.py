"""Loads the xgboost library without what the algorithm does not use."""

import sys
from types import ModuleType


def load_xgboost(with_sklearn: bool = False) -> ModuleType:
    """Imports xgboost, without its scikit-learn interface where that is not needed yet.

    The interface pulls in scikit-learn, scipy.stats and pandas: two thirds of the time to the first training round,
    and half of a model server's memory. xgboost treats scikit-learn as optional, so it is hidden during the import.
    """
    if with_sklearn or "xgboost" in sys.modules or "sklearn" in sys.modules:
        import xgboost

        return xgboost
    sys.modules["sklearn"] = None  # type: ignore[assignment]
    try:
        import xgboost
    finally:
        del sys.modules["sklearn"]
    return xgboost
