"""The libsvm format: `<label>[:<weight>] [qid:<group>] <column>:<value> …`, a row on each line.

Columns count from whatever the data count from: column 1 is column 1, in training as in inference.
"""

from dataclasses import dataclass

import numpy as np
from scipy import sparse


@dataclass(frozen=True)
class Rows:
    """`labels` is None when they were not asked for; `weights` and `groups` when no row has one."""

    features: sparse.csr_matrix
    labels: np.ndarray | None
    weights: np.ndarray | None
    groups: np.ndarray | None


def parse(content: bytes, labelled: bool) -> Rows:
    """Parses all rows. Raises ValueError when one is not in the format.

    `labelled` rows begin with their label. Others may: a first entry without a colon is a label, and is passed over.
    """
    heads: list[bytes] = []
    groups: list[bytes] = []
    bodies: list[bytes] = []
    for line in content.splitlines():
        tokens = line.split(b"#", 1)[0].split()
        if not tokens:
            continue
        if labelled:
            heads.append(tokens.pop(0))
        elif b":" not in tokens[0]:
            tokens.pop(0)
        if tokens and tokens[0].startswith(b"qid:"):
            groups.append(tokens.pop(0)[4:])
        bodies.append(b" ".join(tokens))
    return _assemble(heads, groups, bodies)


def _assemble(heads: list[bytes], groups: list[bytes], bodies: list[bytes]) -> Rows:
    counts = np.array([body.count(b":") for body in bodies], np.int64)
    try:
        numbers = np.array(b" ".join(bodies).replace(b":", b" ").split(), dtype=np.float64)
    except ValueError as broken:
        raise ValueError(f"not in the form <label> <column>:<value> …: {broken}") from None
    if numbers.size != 2 * counts.sum():
        raise ValueError("not in the form <label> <column>:<value> …")
    columns = numbers[0::2].astype(np.int64)
    if columns.size and (columns.min() < 0 or not np.array_equal(columns, numbers[0::2])):
        raise ValueError("columns must be whole numbers, 0 or more")
    features = sparse.csr_matrix(
        (numbers[1::2].astype(np.float32), columns, np.concatenate([[0], np.cumsum(counts)])),
        shape=(len(bodies), int(columns.max()) + 1 if columns.size else 0),
    )
    labels, weights = _labels(heads)
    if groups and len(groups) != len(bodies):
        raise ValueError("some rows have a qid and some have none")
    return Rows(features, labels, weights, np.array(groups, dtype=np.int64) if groups else None)


def _labels(heads: list[bytes]) -> tuple[np.ndarray | None, np.ndarray | None]:
    if not heads:
        return None, None
    pairs = [head.partition(b":") for head in heads]
    try:
        labels = np.array([label for label, _, _ in pairs], dtype=np.float64).astype(np.float32)
        if not any(weight for _, _, weight in pairs):
            return labels, None
        return labels, np.array([weight or b"1" for _, _, weight in pairs], dtype=np.float64).astype(np.float32)
    except ValueError as broken:
        raise ValueError(f"a label is not a number: {broken}") from None
