"""The job's environment."""

from sagemaker_containers import training_env  # noqa: F401
