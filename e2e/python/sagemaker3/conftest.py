"""A session of the SageMaker Python SDK v3, data in its default bucket, and a model that many tests use."""

from pathlib import Path

import pytest
from datasets import Table, two_classes
from sagemaker.core import image_uris
from sagemaker.core.helper.session_helper import Session
from sagemaker.train import ModelTrainer
from sagemaker.train.configs import Compute, InputData, SourceCode


@pytest.fixture(scope="session")
def table() -> Table:
    return two_classes()


@pytest.fixture(scope="session")
def session() -> Session:
    return Session()


@pytest.fixture(scope="session")
def data(session, table: Table, tmp_path_factory: pytest.TempPathFactory) -> str:
    """`s3://` address of the training data in the default bucket."""
    file: Path = tmp_path_factory.mktemp("data") / "train.csv"
    file.write_text(table.csv())
    return session.upload_data(str(file), key_prefix="data")


@pytest.fixture(scope="session")
def trained(session, data: str, role_arn: str, scripts: Path):
    """The finished job of a scikit-learn script that ModelTrainer ran."""
    image = image_uris.retrieve("sklearn", session.boto_region_name, version="1.2-1", instance_type="ml.m5.large")
    trainer = ModelTrainer(
        training_image=image,
        source_code=SourceCode(
            source_dir=str(scripts), entry_script="train_sklearn.py", requirements="requirements.txt"
        ),
        compute=Compute(instance_type="ml.m5.large", instance_count=1),
        hyperparameters={"strength": 0.5},
        base_job_name="by-script",
        role=role_arn,
        sagemaker_session=session,
    )
    trainer.train(input_data_config=[InputData(channel_name="train", data_source=data)], wait=True, logs=True)
    return trainer._latest_training_job
