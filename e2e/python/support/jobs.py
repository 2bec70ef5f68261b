"""Requests that several tests send."""

from typing import Any

XGBOOST = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1"
FAST = {"Delay": 1, "MaxAttempts": 120}


def training_request(name: str, bucket: str, role_arn: str, **hyperparameters: str) -> dict[str, Any]:
    """CreateTrainingJob with the built-in XGBoost algorithm on the bucket's `data/`."""
    channel = {
        "ChannelName": "train",
        "ContentType": "text/csv",
        "DataSource": {
            "S3DataSource": {
                "S3DataType": "S3Prefix",
                "S3Uri": f"s3://{bucket}/data/",
                "S3DataDistributionType": "FullyReplicated",
            }
        },
    }
    return {
        "TrainingJobName": name,
        "RoleArn": role_arn,
        "AlgorithmSpecification": {"TrainingImage": XGBOOST, "TrainingInputMode": "File"},
        "HyperParameters": {"objective": "binary:logistic", "num_round": "5", **hyperparameters},
        "InputDataConfig": [channel, {**channel, "ChannelName": "validation"}],
        "OutputDataConfig": {"S3OutputPath": f"s3://{bucket}/models"},
        "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 1},
        "StoppingCondition": {"MaxRuntimeInSeconds": 600},
    }
