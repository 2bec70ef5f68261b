"""Reads the rows of an inference request: CSV, libsvm or RecordIO-protobuf."""

from collections.abc import Callable

import numpy as np
from scipy import sparse

from wildsage_workload import recordio
from wildsage_workload.xgboost_algorithm import data, libsvm

Features = np.ndarray | sparse.csr_matrix


def read(body: bytes, content_type: str | None) -> tuple[Features, str]:
    """The rows, and the short name of their content type. Raises ValueError, for the client to read."""
    kind = data.content_type(content_type)
    if kind not in _READERS:
        raise ValueError(f"Content-type {content_type} is not supported.")
    try:
        return _READERS[kind](body), kind
    except (ValueError, OverflowError) as broken:
        raise ValueError(f"Loading {kind} data failed, please ensure data is in {kind} format: {broken}") from broken


def _csv(body: bytes) -> np.ndarray:
    lines = body.decode("utf-8").strip().splitlines()
    delimiter = max((",", "\t", ";", "|", " "), key=lines[0].count) if lines else ","
    rows = [line.split(delimiter) for line in lines]
    for number, row in enumerate(rows, 1):
        if len(row) != len(rows[0]):
            raise ValueError(f"line {number} has {len(row)} columns, line 1 has {len(rows[0])}")
    try:
        return np.array(rows, dtype=np.float32)
    except ValueError:
        # An empty field is a missing value.
        return np.array([[field.strip() or "nan" for field in row] for row in rows], dtype=np.float32)


def _libsvm(body: bytes) -> sparse.csr_matrix:
    return libsvm.parse(body, labelled=False).features


def _recordio(body: bytes) -> Features:
    return recordio.read(body)[0]


_READERS: dict[str, Callable[[bytes], Features]] = {"csv": _csv, "libsvm": _libsvm, "recordio-protobuf": _recordio}


def fit(features: Features, kind: str, width: int) -> Features:
    """The rows with as many columns as the model has features. Raises ValueError when they are not meant for it."""
    given = features.shape[1]
    if given == width:
        return features
    if kind == "libsvm":
        if given > width:
            raise ValueError(
                f"Feature size of libsvm inference data {given} is larger than feature size of trained model {width}."
            )
        return data.widen(features, width)
    # A model trained on libsvm that counts from 1 has a column 0 that no row ever fills.
    if given != width - 1:
        raise ValueError(
            f"Feature size of {kind} inference data {given} is not consistent "
            f"with feature size of trained model {width}."
        )
    if sparse.issparse(features):
        return data.widen(features, width)
    return np.hstack([features, np.full((features.shape[0], 1), np.nan, np.float32)])
