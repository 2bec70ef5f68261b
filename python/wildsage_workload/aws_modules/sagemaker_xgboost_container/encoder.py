"""Requests as XGBoost takes them."""

from typing import Any

import xgboost

from wildsage_workload import codecs
from wildsage_workload.xgboost_algorithm import request_content


def csv_to_dmatrix(input: str | bytes, dtype: Any = None) -> xgboost.DMatrix:
    return decode(input, codecs.CSV)


def libsvm_to_dmatrix(string_like: str | bytes) -> xgboost.DMatrix:
    return decode(string_like, "text/libsvm")


def recordio_protobuf_to_dmatrix(string_like: bytes) -> xgboost.DMatrix:
    return decode(string_like, "application/x-recordio-protobuf")


def decode(obj: str | bytes, content_type: str) -> xgboost.DMatrix:
    """Raises ValueError for content that is not of that type."""
    body = obj.encode() if isinstance(obj, str) else obj
    return xgboost.DMatrix(request_content.read(body, content_type)[0])
