"""The formats that scripts get and give without an `input_fn` or `output_fn` of their own: CSV, JSON and NPY."""

import csv
import io
import json
from typing import Any

import numpy as np

JSON, CSV, NPY, NPZ = "application/json", "text/csv", "application/x-npy", "application/x-npz"
TEXTS = (JSON, CSV)


class UnsupportedFormat(Exception):
    """Nobody reads or writes this content type."""

    def __init__(self, content_type: str) -> None:
        super().__init__(
            f"Content type {content_type} is not supported by this framework. Implement input_fn to read requests of "
            "this type, or output_fn to write responses of it."
        )


def media_type(header: str) -> str:
    """The type in a Content-Type or Accept header, without its parameters."""
    return header.partition(";")[0].strip().lower()


def decode(content: str | bytes, content_type: str) -> Any:
    """Request content as an array. Raises UnsupportedFormat, or ValueError for content that is not of that type."""
    kind = media_type(content_type)
    if kind == JSON:
        return np.array(json.loads(content))
    if kind == CSV:
        text = content if isinstance(content, str) else content.decode("utf-8")
        return np.array([row for row in csv.reader(io.StringIO(text), strict=True) if row]).squeeze()
    if kind == NPY:
        return np.load(io.BytesIO(_bytes(content)), allow_pickle=False)
    if kind == NPZ:
        from scipy import sparse

        return sparse.load_npz(io.BytesIO(_bytes(content)))
    raise UnsupportedFormat(content_type)


def encode(result: Any, accept: str) -> tuple[bytes, str]:
    """A prediction in the first type of an Accept header that there is. Raises UnsupportedFormat when there is none."""
    for entry in accept.split(","):
        kind = media_type(entry)
        if kind == JSON:
            return json.dumps(result, default=_plain).encode(), kind
        if kind == CSV:
            return _to_csv(result), kind
        if kind == NPY:
            buffer = io.BytesIO()
            np.save(buffer, np.asarray(result), allow_pickle=False)
            return buffer.getvalue(), kind
    raise UnsupportedFormat(accept)


def _to_csv(result: Any) -> bytes:
    rows = np.asarray(result)
    if rows.ndim < 2:
        rows = rows.reshape(-1, 1)
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows.tolist())
    return text.getvalue().encode()


def _plain(value: Any) -> Any:
    if hasattr(value, "tolist"):
        return value.tolist()
    raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")


def _bytes(content: str | bytes) -> bytes:
    return content.encode() if isinstance(content, str) else content
