"""Training on several instances: they find each other, agree on the data's width, and train one model."""

import contextlib
import os
import socket
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from wildsage_workload.failures import WorkloadError

SECONDS_TO_FIND_EACH_OTHER = 300
SECONDS_TO_LEAVE = 60
# Below the ports that the platform, and the system, hand out.
FIRST_PORT, PORTS = 10_000, 10_000


@dataclass(frozen=True)
class Cluster:
    """This instance's place among the others. The master prints and saves."""

    is_master: bool
    size: int

    def widest(self, columns: int) -> int:
        """The greatest number of columns that any instance has: sparse or empty shares may show fewer."""
        return int(self._reduce(columns, "MAX"))

    def total(self, number: float) -> float:
        return float(self._reduce(number, "SUM"))

    def _reduce(self, number: float, operation: str) -> float:
        if self.size == 1:
            return number
        from xgboost import collective

        return collective.allreduce(np.array([number], np.float64), getattr(collective.Op, operation))[0]


@contextlib.contextmanager
def join(xgboost: Any, hosts: list[str], current: str) -> Iterator[Cluster]:
    """Connects all `hosts`; leaves them at the end. Raises WorkloadError when they do not find each other in time."""
    if len(hosts) == 1:
        yield Cluster(True, 1)
        return
    ordered = sorted(hosts)
    is_master = current == ordered[0]
    deadline = time.monotonic() + SECONDS_TO_FIND_EACH_OTHER
    address = _resolve(ordered[0], deadline)
    tracker = _start_tracker(address, len(hosts)) if is_master else None
    try:
        with _connect(xgboost, address, str(ordered.index(current)), deadline):
            yield Cluster(is_master, len(hosts))
        if tracker is not None:
            # The others take their leave at the tracker: gone too early, it would fail them.
            tracker.wait_for(timeout=SECONDS_TO_LEAVE)
    finally:
        if tracker is not None:
            with contextlib.suppress(xgboost.core.XGBoostError):
                tracker.free()


def _start_tracker(address: str, size: int) -> Any:
    from xgboost.tracker import RabitTracker

    tracker = RabitTracker(n_workers=size, host_ip=address, port=_port(), sortby="task")
    tracker.start()
    return tracker


def _connect(xgboost: Any, address: str, task: str, deadline: float) -> contextlib.ExitStack:
    from xgboost import collective

    while True:
        stack = contextlib.ExitStack()
        try:
            stack.enter_context(
                collective.CommunicatorContext(
                    dmlc_communicator="rabit",
                    dmlc_tracker_uri=address,
                    dmlc_tracker_port=_port(),
                    dmlc_task_id=task,
                )
            )
            return stack
        except xgboost.core.XGBoostError as refused:
            # The master's tracker may not be up yet, and the library does not wait for it.
            if time.monotonic() > deadline:
                raise WorkloadError(
                    f"The instances of this job do not reach each other at {address}: {refused}"
                ) from None
            time.sleep(0.5)


def _resolve(host: str, deadline: float) -> str:
    while True:
        try:
            return socket.gethostbyname(host)
        except OSError as unknown:
            # Without a sandbox all instances are processes of one machine, and no one gives them names.
            if "SAGEMAKER_BASE_DIR" in os.environ:
                return "127.0.0.1"
            if time.monotonic() > deadline:
                raise WorkloadError(f"The instance {host} cannot be found: {unknown}") from None
            time.sleep(0.5)


def _port() -> int:
    """The same on all instances of a job, and another for another job on the same machine."""
    return FIRST_PORT + zlib.crc32(os.environ.get("TRAINING_JOB_NAME", "").encode()) % PORTS
