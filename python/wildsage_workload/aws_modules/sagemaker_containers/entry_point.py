"""Waiting for the other instances of a job."""

import json
import os

from wildsage_workload.xgboost_algorithm.distributed import find_hosts


def _wait_hostname_resolution() -> None:
    """Returns once every instance of the job has an address. AWS's examples call it by this name."""
    find_hosts(json.loads(os.environ.get("SM_HOSTS", "[]")))
