"""A script-mode training script as people write it for SageMaker's scikit-learn images; it runs there unchanged."""

import argparse
import os
from pathlib import Path

import joblib
import numpy as np
from sklearn.metrics import accuracy_score
from sklearn.svm import SVC


def read(folder: str) -> tuple[np.ndarray, np.ndarray]:
    """Features and labels of all CSV files of a channel; the label is the first column."""
    rows = np.vstack([np.loadtxt(path, delimiter=",") for path in sorted(Path(folder).glob("*.csv"))])
    return rows[:, 1:], rows[:, 0].astype(int)


def model_fn(model_dir: str) -> SVC:
    """Loads the model for serving."""
    return joblib.load(Path(model_dir) / "model.joblib")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--penalty", type=float, default=1.0)
    parser.add_argument("--gamma", type=float, default=0.001)
    arguments = parser.parse_args()

    train, train_labels = read(os.environ["SM_CHANNEL_TRAIN"])
    test, test_labels = read(os.environ["SM_CHANNEL_TEST"])
    print(f"training on {len(train)} digits, testing on {len(test)}")
    model = SVC(C=arguments.penalty, gamma=arguments.gamma).fit(train, train_labels)
    print(f"train accuracy: {accuracy_score(train_labels, model.predict(train)):.4f}")
    print(f"test accuracy: {accuracy_score(test_labels, model.predict(test)):.4f}")
    joblib.dump(model, Path(os.environ["SM_MODEL_DIR"]) / "model.joblib")


if __name__ == "__main__":
    main()
