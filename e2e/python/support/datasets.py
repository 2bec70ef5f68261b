"""Small tables to learn from, made anew and the same in every run."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Table:
    """Two classes that a line keeps apart: `labels` of 0 and 1 for the rows of `features`."""

    labels: np.ndarray
    features: np.ndarray

    def csv(self) -> str:
        """The label first, no header: what SageMaker's algorithms read."""
        rows = np.column_stack([self.labels, self.features])
        return "".join(",".join(f"{cell:.5g}" for cell in row) + "\n" for row in rows)

    def rows(self, count: int) -> str:
        """The features of the first rows as CSV, for predictions."""
        return "\n".join(",".join(f"{cell:.5g}" for cell in row) for row in self.features[:count])


def two_classes(rows: int = 240, seed: int = 7) -> Table:
    """A table of four features, of which two decide."""
    features = np.random.default_rng(seed).normal(size=(rows, 4))
    labels = (features[:, 0] + features[:, 1] > 0).astype(int)
    return Table(labels, features)
