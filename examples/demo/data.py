"""Writes the data sets that scikit-learn brings along as CSV files, as SageMaker's built-in algorithms want them:
no header, the label first. Usage: data.py FOLDER"""

import sys
from pathlib import Path

import numpy as np
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits
from sklearn.model_selection import train_test_split


def write(folder: Path, name: str, labels: np.ndarray, features: np.ndarray) -> None:
    np.savetxt(folder / f"{name}.csv", np.column_stack([labels, features]), delimiter=",", fmt="%.6g")


def breast_cancer(folder: Path) -> None:
    """569 patients with 30 measurements each; label 1 is benign, 0 malignant. The test part is never trained on."""
    features, labels = load_breast_cancer(return_X_y=True)
    rest, test, rest_labels, test_labels = train_test_split(
        features, labels, test_size=0.2, random_state=7, stratify=labels
    )
    train, validation, train_labels, validation_labels = train_test_split(
        rest, rest_labels, test_size=0.2, random_state=7, stratify=rest_labels
    )
    write(folder, "train", train_labels, train)
    write(folder, "validation", validation_labels, validation)
    write(folder, "test", test_labels, test)


def diabetes(folder: Path) -> None:
    """442 patients with 10 measurements each; the label is how far the illness went within a year, from 25 to 346."""
    features, labels = load_diabetes(return_X_y=True)
    rest, test, rest_labels, test_labels = train_test_split(features, labels, test_size=0.2, random_state=7)
    train, validation, train_labels, validation_labels = train_test_split(
        rest, rest_labels, test_size=0.2, random_state=7
    )
    write(folder, "train", train_labels, train)
    write(folder, "validation", validation_labels, validation)
    write(folder, "test", test_labels, test)


def digits(folder: Path) -> None:
    """1797 hand-written digits of 8 by 8 pixels, each with 17 shades of grey."""
    features, labels = load_digits(return_X_y=True)
    train, test, train_labels, test_labels = train_test_split(
        features, labels, test_size=0.2, random_state=7, stratify=labels
    )
    write(folder, "train", train_labels, train)
    write(folder, "test", test_labels, test)


if __name__ == "__main__":
    target = Path(sys.argv[1])
    for make in (breast_cancer, diabetes, digits):
        folder = target / make.__name__.replace("_", "-")
        folder.mkdir(parents=True, exist_ok=True)
        make(folder)
