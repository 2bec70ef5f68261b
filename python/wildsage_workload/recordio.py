"""RecordIO-protobuf, the format of SageMaker's built-in algorithms, without a protobuf library.

A file is a row of frames: magic number, length, a `Record` message, zeros up to a multiple of four. A `Record` maps
names to tensors: `features["values"]` and `label["values"]`. Only the parts of protobuf that this schema uses are here:

    Record  1: map<string, Value> features   2: map<string, Value> label   3: uid   4: metadata   5: configuration
    Value   2: Float32Tensor   3: Float64Tensor   7: Int32Tensor   9: Bytes
    Tensor  1: values (packed)   2: keys (packed uint64: the columns of a sparse row)   3: shape (packed uint64)
"""

import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

MAGIC = 0xCED7230A
_FRAME = struct.Struct("<II")
_VARINT, _FIXED64, _LENGTH, _FIXED32 = 0, 1, 2, 5


@dataclass(frozen=True)
class Tensor:
    """Values in row order; with `keys`, those columns of a row that has `shape[0]` columns."""

    values: np.ndarray
    keys: np.ndarray | None = None
    shape: tuple[int, ...] = ()


@dataclass(frozen=True)
class Record:
    features: dict[str, Tensor]
    label: dict[str, Tensor]


def read(data: bytes) -> tuple[np.ndarray | sparse.csr_matrix, np.ndarray | None]:
    """All records' features as one matrix, and their labels (None when no record has one).

    Raises ValueError when the bytes are not RecordIO-protobuf or hold no records.
    """
    records = [decode(frame) for frame in frames(data)]
    tensors = [record.features["values"] for record in records if "values" in record.features]
    if not tensors:
        raise ValueError("No records found in RecordIO-Protobuf data")
    labels = [record.label["values"].values for record in records if "values" in record.label]
    return _matrix(tensors), np.concatenate(labels).astype(np.float32) if labels else None


def write(rows: Sequence[Mapping[str, Sequence[float]]]) -> bytes:
    """Encodes each row as a record whose `label` maps names to float32 tensors: the form of an inference response."""
    return b"".join(frame(b"".join(_entry(2, name, values) for name, values in row.items())) for row in rows)


def write_features(matrix: np.ndarray, labels: np.ndarray | None = None) -> bytes:
    """Encodes a dense matrix, and labels, as training or inference data."""
    encoded = []
    for at, row in enumerate(matrix):
        label = b"" if labels is None else _entry(2, "values", [labels[at]])
        encoded.append(frame(_entry(1, "values", row) + label))
    return b"".join(encoded)


def frame(record: bytes) -> bytes:
    """One record with its RecordIO header and padding."""
    return _FRAME.pack(MAGIC, len(record)) + record + bytes(-len(record) % 4)


def frames(data: bytes) -> Iterator[memoryview]:
    """The records between the RecordIO headers."""
    view, at = memoryview(data), 0
    while at < len(view):
        if at + _FRAME.size > len(view):
            raise ValueError(f"Truncated RecordIO header at offset {at}")
        magic, length = _FRAME.unpack_from(view, at)
        if magic != MAGIC:
            raise ValueError(f"Invalid RecordIO magic at offset {at}")
        at += _FRAME.size
        if at + length > len(view):
            raise ValueError(f"Truncated record at offset {at}")
        yield view[at : at + length]
        at += length + -length % 4


def decode(record: memoryview) -> Record:
    """Decodes one `Record` message; fields that are not tensors are left out."""
    maps: dict[int, dict[str, Tensor]] = {1: {}, 2: {}}
    for number, wire, value in _fields(record):
        if number in maps and wire == _LENGTH:
            key, tensor = _map_entry(value)
            if tensor is not None:
                maps[number][key] = tensor
    return Record(maps[1], maps[2])


def _matrix(tensors: list[Tensor]) -> np.ndarray | sparse.csr_matrix:
    # An empty tensor is a sparse row of zeros: a dense row has at least one value.
    if all(tensor.keys is None and tensor.values.size for tensor in tensors):
        width = tensors[0].values.size
        if any(tensor.values.size != width for tensor in tensors):
            raise ValueError("Records have different numbers of features")
        return np.stack([tensor.values for tensor in tensors]).astype(np.float32, copy=False)
    columns = [
        np.arange(tensor.values.size) if tensor.keys is None else tensor.keys.astype(np.int64) for tensor in tensors
    ]
    if any(keys.size != tensor.values.size for keys, tensor in zip(columns, tensors, strict=True)):
        raise ValueError("A sparse record has not as many keys as values")
    widest = max((int(keys.max()) + 1 for keys in columns if keys.size), default=0)
    width = max(widest, max((tensor.shape[0] for tensor in tensors if tensor.shape), default=0))
    ends = np.cumsum([0] + [keys.size for keys in columns])
    values = np.concatenate([tensor.values for tensor in tensors]).astype(np.float32)
    return sparse.csr_matrix((values, np.concatenate(columns), ends), shape=(len(tensors), width))


def _map_entry(entry: memoryview) -> tuple[str, Tensor | None]:
    key, tensor = "", None
    for number, wire, value in _fields(entry):
        if number == 1 and wire == _LENGTH:
            key = bytes(value).decode("utf-8")
        elif number == 2 and wire == _LENGTH:
            tensor = _value(value)
    return key, tensor


def _value(message: memoryview) -> Tensor | None:
    types = {2: np.dtype("<f4"), 3: np.dtype("<f8"), 7: None}
    for number, wire, value in _fields(message):
        if number in types and wire == _LENGTH:
            return _tensor(value, types[number])
    return None


def _tensor(message: memoryview, kind: np.dtype | None) -> Tensor:
    """`kind` None means varints (int32)."""
    values: list[np.ndarray] = []
    keys: list[int] = []
    shape: list[int] = []
    for number, wire, value in _fields(message):
        if number == 1:
            values.append(_numbers(value, wire, kind))
        elif number in (2, 3):
            (keys if number == 2 else shape).extend(_varints(value) if wire == _LENGTH else [int(value)])
    joined = np.concatenate(values) if values else np.empty(0, kind or np.int32)
    return Tensor(joined, np.array(keys, np.uint64) if keys else None, tuple(shape))


def _numbers(value: memoryview | int, wire: int, kind: np.dtype | None) -> np.ndarray:
    if kind is None:
        integers = _varints(value) if isinstance(value, memoryview) else [value]
        return np.array([number & 0xFFFFFFFF for number in integers], np.uint32).view(np.int32)
    if not isinstance(value, memoryview) or len(value) % kind.itemsize:
        raise ValueError("Malformed tensor values")
    return np.frombuffer(value, kind)


def _fields(message: memoryview) -> Iterator[tuple[int, int, memoryview | int]]:
    """The fields of a message: number, wire type, and its bytes (or, for a varint, its value)."""
    at = 0
    while at < len(message):
        tag, at = _varint(message, at)
        number, wire = tag >> 3, tag & 7
        if wire == _VARINT:
            value, at = _varint(message, at)
            yield number, wire, value
            continue
        if wire == _LENGTH:
            length, at = _varint(message, at)
        elif wire in (_FIXED32, _FIXED64):
            length = 4 if wire == _FIXED32 else 8
        else:
            raise ValueError(f"Unknown protobuf wire type {wire}")
        if at + length > len(message):
            raise ValueError("Truncated protobuf field")
        yield number, wire, message[at : at + length]
        at += length


def _varint(message: memoryview, at: int) -> tuple[int, int]:
    result, shift = 0, 0
    while True:
        if at >= len(message) or shift > 63:
            raise ValueError("Malformed protobuf number")
        byte = message[at]
        at += 1
        result |= (byte & 0x7F) << shift
        if not byte & 0x80:
            return result, at
        shift += 7


def _varints(message: memoryview) -> list[int]:
    numbers, at = [], 0
    while at < len(message):
        number, at = _varint(message, at)
        numbers.append(number)
    return numbers


def _entry(field: int, name: str, values: Sequence[float]) -> bytes:
    packed = np.asarray(values, "<f4").tobytes()
    tensor = _length_delimited(1, packed) if packed else b""
    value = _length_delimited(2, tensor)
    return _length_delimited(field, _length_delimited(1, name.encode()) + _length_delimited(2, value))


def _length_delimited(field: int, content: bytes) -> bytes:
    length, encoded = len(content), bytearray([field << 3 | _LENGTH])
    while length > 0x7F:
        encoded.append(length & 0x7F | 0x80)
        length >>= 7
    encoded.append(length)
    return bytes(encoded) + content
