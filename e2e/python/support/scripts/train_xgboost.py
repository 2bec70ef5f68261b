"""A user's script for the XGBoost framework container."""

import argparse
import os

import pandas as pd
import xgboost as xgb


def model_fn(model_dir):
    booster = xgb.Booster()
    booster.load_model(os.path.join(model_dir, "model.json"))
    return booster


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--max_depth", type=int, default=3)
    parser.add_argument("--train", default=os.environ["SM_CHANNEL_TRAIN"])
    parser.add_argument("--model-dir", default=os.environ["SM_MODEL_DIR"])
    args = parser.parse_args()
    table = pd.read_csv(os.path.join(args.train, "train.csv"), header=None)
    matrix = xgb.DMatrix(table.iloc[:, 1:].values, label=table.iloc[:, 0])
    results = {}
    booster = xgb.train(
        {"max_depth": args.max_depth, "objective": "binary:logistic"},
        matrix,
        args.rounds,
        evals=[(matrix, "train")],
        evals_result=results,
    )
    print("rounds:", args.rounds)
    print("train_loss:", results["train"]["logloss"][-1])
    booster.save_model(os.path.join(args.model_dir, "model.json"))
