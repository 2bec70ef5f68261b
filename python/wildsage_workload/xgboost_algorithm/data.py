"""Reads training data: CSV, libsvm, Parquet and RecordIO-protobuf, from files or from a pipe."""

import io
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy import sparse

from wildsage_workload import recordio
from wildsage_workload.failures import UserError

MAX_DEPTH = 3
CONTENT_TYPES = {
    "csv": "csv",
    "text/csv": "csv",
    "libsvm": "libsvm",
    "text/libsvm": "libsvm",
    "text/x-libsvm": "libsvm",
    "parquet": "parquet",
    "application/x-parquet": "parquet",
    "recordio-protobuf": "recordio-protobuf",
    "application/x-recordio-protobuf": "recordio-protobuf",
}


@dataclass(frozen=True)
class Dataset:
    """Rows with their labels; `weights` and `groups` (query ids of ranking data) where the data have them."""

    features: np.ndarray | sparse.csr_matrix
    labels: np.ndarray
    weights: np.ndarray | None = None
    groups: np.ndarray | None = None


def content_type(given: str | None) -> str:
    """The short name of a channel's content type; libsvm when it has none, as on AWS."""
    if not given:
        return "libsvm"
    kind, *parameters = (part.strip() for part in given.lower().split(";"))
    if kind not in CONTENT_TYPES:
        raise UserError(f"{given} is not an accepted ContentType: {', '.join(CONTENT_TYPES)}.")
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if CONTENT_TYPES[kind] == "csv" and name.strip() == "label_size" and value.strip() != "1":
            raise UserError(f"{given} is not an accepted csv ContentType. label_size must be equal to 1")
    return CONTENT_TYPES[kind]


def read(channel: Path, kind: str, csv_weights: bool, piped: bool = False) -> Dataset | None:
    """Reads all of a channel; None when it holds no data. Raises UserError when the data are not of that kind."""
    if piped:
        return _read_pipe(Path(f"{channel}_0"), kind, csv_weights)
    parts = [_parse(file.name, file, kind, csv_weights) for file in files(channel)]
    return merge([part for part in parts if part.labels.size])


def files(channel: Path) -> list[Path]:
    """The channel's data files, sub-folders included, in order of their names, or the only file that it is.

    Empty and `_` files are left out.
    """
    if channel.is_file():
        return [channel]
    found: list[Path] = []
    for folder, folders, names in os.walk(channel, followlinks=True):
        folders.sort()
        if len(Path(folder).relative_to(channel).parts) >= MAX_DEPTH:
            folders.clear()
        for name in sorted(names):
            if name.startswith("."):
                raise UserError(f"Hidden file found in the data path! Remove {Path(folder, name)} before training.")
            if not name.startswith("_") and Path(folder, name).stat().st_size:
                found.append(Path(folder, name))
    return found


def merge(parts: list[Dataset]) -> Dataset | None:
    """Several data sets as one; columns that a sparse part lacks are missing there."""
    if len(parts) < 2:
        return parts[0] if parts else None
    width = max(part.features.shape[1] for part in parts)
    features = [widen(part.features, width) for part in parts]
    stacked = sparse.vstack(features, "csr") if sparse.issparse(features[0]) else np.vstack(features)
    optional = [
        None
        if any(getattr(part, name) is None for part in parts)
        else np.concatenate([getattr(part, name) for part in parts])
        for name in ("weights", "groups")
    ]
    return Dataset(stacked, np.concatenate([part.labels for part in parts]), *optional)


def widen(features: Any, width: int) -> Any:
    """Sparse rows with `width` columns. Raises UserError for dense rows of another width."""
    if features.shape[1] == width:
        return features
    if not sparse.issparse(features):
        raise UserError(f"Rows have different numbers of columns: {features.shape[1] + 1} and {width + 1}")
    return sparse.csr_matrix((features.data, features.indices, features.indptr), shape=(features.shape[0], width))


def _read_pipe(pipe: Path, kind: str, csv_weights: bool) -> Dataset | None:
    if kind in ("libsvm", "parquet"):
        raise UserError(f"Pipe mode is not supported for {kind}. Use File or FastFile mode.")
    content = pipe.read_bytes()
    return _parse(pipe.name, io.BytesIO(content), kind, csv_weights) if content else None


def _parse(name: str, source: Path | io.BytesIO, kind: str, csv_weights: bool) -> Dataset:
    if csv_weights and kind != "csv":
        raise UserError("Hyperparameter csv_weights can only be used with CSV data")
    try:
        return _PARSERS[kind](source, csv_weights)
    except UserError:
        raise
    except Exception as broken:
        raise UserError(f"Failed to load {kind} data from {name}: {broken}") from broken


def delimiter_of(line: str) -> str:
    """The delimiter of a line of CSV: the likely character that occurs most. Raises ValueError when none does."""
    best = max((",", "\t", ";", "|", " "), key=line.count)
    if best not in line:
        raise ValueError(f"Could not determine delimiter on line {line[:50]!r}")
    return best


def _csv(source: Path | io.BytesIO, csv_weights: bool) -> Dataset:
    from pyarrow import csv, float32

    with open(source, "rb") if isinstance(source, Path) else io.BytesIO(source.getvalue()) as opened:
        first = opened.readline().decode("utf-8", "replace").strip("\r\n")
    delimiter = delimiter_of(first)
    names = [str(at) for at in range(first.count(delimiter) + 1)]
    if not all(_is_number(field) for field in first.split(delimiter)):
        raise ValueError(f"the first line must be numbers, without a header: {first[:50]!r}")
    table = csv.read_csv(
        source,
        read_options=csv.ReadOptions(column_names=names),
        parse_options=csv.ParseOptions(delimiter=delimiter),
        convert_options=csv.ConvertOptions(column_types=dict.fromkeys(names, float32())),
    )
    return _labelled(_columns(table), csv_weights)


def _is_number(field: str) -> bool:
    try:
        float(field.strip().strip('"') or "nan")
    except ValueError:
        return field.strip() in ("NA", "N/A", "null", "NULL")
    return True


def _parquet(source: Path | io.BytesIO, csv_weights: bool) -> Dataset:
    from pyarrow import parquet

    return _labelled(_columns(parquet.read_table(source)), csv_weights)


def _columns(table: Any) -> np.ndarray:
    matrix = np.empty((table.num_rows, table.num_columns), np.float32)
    for at, column in enumerate(table.columns):
        matrix[:, at] = column.to_numpy()
    return matrix


def _labelled(matrix: np.ndarray, has_weights: bool) -> Dataset:
    """The first column is the label; with `has_weights`, the second the weight."""
    skipped = 2 if has_weights else 1
    if matrix.shape[1] <= skipped:
        raise UserError(f"Rows need a label{', a weight' if has_weights else ''} and at least one feature")
    return Dataset(matrix[:, skipped:], matrix[:, 0].copy(), matrix[:, 1].copy() if has_weights else None)


def _libsvm(source: Path | io.BytesIO, _: bool) -> Dataset:
    from wildsage_workload.xgboost_algorithm import libsvm

    rows = libsvm.parse(source.read_bytes() if isinstance(source, Path) else source.getvalue(), labelled=True)
    return Dataset(rows.features, np.empty(0) if rows.labels is None else rows.labels, rows.weights, rows.groups)


def _recordio(source: Path | io.BytesIO, _: bool) -> Dataset:
    features, labels = recordio.read(source.read_bytes() if isinstance(source, Path) else source.getvalue())
    if labels is None or labels.size != features.shape[0]:
        raise UserError("Got input data without labels. Please check the input data set.")
    return Dataset(features, labels)


_PARSERS: dict[str, Callable[[Any, bool], Dataset]] = {
    "csv": _csv,
    "libsvm": _libsvm,
    "parquet": _parquet,
    "recordio-protobuf": _recordio,
}
