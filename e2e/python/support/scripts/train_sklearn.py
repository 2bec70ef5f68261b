"""A user's script for the scikit-learn container, with a package of its own requirements and a module beside it."""

import argparse
import os

import humanize
import joblib
import pandas as pd
from features import scaled
from sklearn.linear_model import LogisticRegression


def model_fn(model_dir):
    return joblib.load(os.path.join(model_dir, "model.joblib"))


def predict_fn(data, model):
    return model.predict(scaled(data))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--strength", type=float, default=1.0)
    args = parser.parse_args()
    table = pd.read_csv(os.path.join(os.environ["SM_CHANNEL_TRAIN"], "train.csv"), header=None)
    features, labels = scaled(table.iloc[:, 1:].values), table.iloc[:, 0]
    model = LogisticRegression(C=args.strength).fit(features, labels)
    print("a thousand is", humanize.intcomma(1000))
    print("strength:", args.strength)
    print("accuracy:", model.score(features, labels))
    joblib.dump(model, os.path.join(os.environ["SM_MODEL_DIR"], "model.joblib"))
