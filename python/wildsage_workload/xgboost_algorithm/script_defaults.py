"""What the XGBoost image does for a serving script that leaves functions out."""

from pathlib import Path
from typing import Any

# The whole library: the script may use the scikit-learn interface.
import xgboost

from wildsage_workload import codecs
from wildsage_workload.user_model import Defaults
from wildsage_workload.xgboost_algorithm import model, request_content


class XGBoostDefaults(Defaults):
    """Requests become a DMatrix; without a `model_fn`, `xgboost-model` is loaded."""

    @staticmethod
    def model_fn(folder: str) -> Any:
        return model.load(model.files(Path(folder))[0])

    @staticmethod
    def input_fn(content: Any, content_type: str) -> Any:
        body = content.encode() if isinstance(content, str) else content
        if codecs.media_type(content_type) not in (
            codecs.CSV, "text/libsvm", "text/x-libsvm", "application/x-recordio-protobuf",
        ):  # fmt: skip
            raise codecs.UnsupportedFormat(content_type)
        return xgboost.DMatrix(request_content.read(body, content_type)[0])

    @staticmethod
    def predict_fn(data: Any, loaded: Any) -> Any:
        if isinstance(loaded, xgboost.Booster):
            return loaded.predict(data, validate_features=False)
        # An estimator of the scikit-learn interface takes arrays.
        return loaded.predict(data.get_data())
