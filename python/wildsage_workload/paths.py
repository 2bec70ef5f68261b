"""SageMaker's directories inside a workload.

`SAGEMAKER_BASE_DIR` names the folder that stands for `/opt/ml` where no sandbox can give the workload that path.
"""

import os
from pathlib import Path

BASE = Path(os.environ.get("SAGEMAKER_BASE_DIR", "/opt/ml"))

CODE = BASE / "code"
MODEL = BASE / "model"
CHECKPOINTS = BASE / "checkpoints"
INPUT = BASE / "input"
INPUT_CONFIG = INPUT / "config"
INPUT_DATA = INPUT / "data"
OUTPUT = BASE / "output"
OUTPUT_DATA = OUTPUT / "data"
OUTPUT_INTERMEDIATE = OUTPUT / "intermediate"
FAILURE = OUTPUT / "failure"


def channel(name: str) -> Path:
    """Where the files of an input channel are."""
    return INPUT_DATA / name
