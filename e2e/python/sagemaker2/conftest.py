"""A session of the SageMaker Python SDK v2, data in its default bucket, and jobs that many tests look at."""

from pathlib import Path

import pytest
import sagemaker
from datasets import Table, two_classes


@pytest.fixture(scope="session")
def table() -> Table:
    return two_classes()


@pytest.fixture(scope="session")
def session() -> sagemaker.Session:
    return sagemaker.Session()


@pytest.fixture(scope="session")
def data(session, table: Table, tmp_path_factory: pytest.TempPathFactory) -> str:
    """`s3://` address of the training data in the default bucket."""
    file: Path = tmp_path_factory.mktemp("data") / "train.csv"
    file.write_text(table.csv())
    return session.upload_data(str(file), key_prefix="data")
