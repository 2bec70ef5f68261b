"""Training on several instances: they find each other, agree on the data's width, and train one model."""

import contextlib
import os
import socket
import threading
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
FIRST_PORT, PORTS = 10_000, 5_000
# A job's second cluster, of some of its instances, meets elsewhere: the first one may not have left yet.
SECOND_NETWORK = PORTS


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

    def those_with(self, present: bool, place: int) -> list[int]:
        """The places of the instances that say so."""
        if self.size == 1:
            return [place] if present else []
        from xgboost import collective

        answers = np.zeros(self.size, np.float64)
        answers[place] = present
        return np.flatnonzero(collective.allreduce(answers, collective.Op.MAX)).tolist()

    def _reduce(self, number: float, operation: str) -> float:
        if self.size == 1:
            return number
        from xgboost import collective

        return collective.allreduce(np.array([number], np.float64), getattr(collective.Op, operation))[0]


@contextlib.contextmanager
def join(xgboost: Any, hosts: list[str], current: str, network: int = 0) -> Iterator[Cluster]:
    """Connects all `hosts`; leaves them at the end. Raises WorkloadError when they do not find each other in time."""
    if len(hosts) == 1:
        yield Cluster(True, 1)
        return
    ordered = sorted(hosts)
    is_master = current == ordered[0]
    deadline = time.monotonic() + SECONDS_TO_FIND_EACH_OTHER
    address = _resolve(ordered[0], deadline)
    meeting = (address, _port() + network)
    tracker = _start_tracker(address, len(hosts)) if is_master else None
    try:
        with contextlib.ExitStack() as stack:
            if tracker is None:
                port = _ask_for_port(meeting, deadline)
            else:
                port = int(tracker.worker_args()["dmlc_tracker_port"])
                stack.enter_context(_tell_port(meeting, port))
            with _connect(xgboost, address, port, str(ordered.index(current)), deadline):
                yield Cluster(is_master, len(hosts))
        if tracker is not None:
            # The others take their leave at the tracker: gone too early, it would fail them.
            tracker.wait_for(timeout=SECONDS_TO_LEAVE)
    finally:
        if tracker is not None:
            with contextlib.suppress(xgboost.core.XGBoostError):
                tracker.free()


def find_hosts(hosts: list[str]) -> None:
    """Returns once each has an address. Raises WorkloadError for one that gets none in time."""
    deadline = time.monotonic() + SECONDS_TO_FIND_EACH_OTHER
    for host in hosts:
        _resolve(host, deadline)


def _start_tracker(address: str, size: int) -> Any:
    """On any free port: the one that an earlier job of this name had may be held back by the system for a minute."""
    from xgboost.tracker import RabitTracker

    tracker = RabitTracker(n_workers=size, host_ip=address, sortby="task")
    tracker.start()
    return tracker


@contextlib.contextmanager
def _tell_port(meeting: tuple[str, int], port: int) -> Iterator[None]:
    """Tells whoever comes where the tracker listens. It is up by then: who asks it too early waits for seconds."""
    with socket.create_server(meeting) as server:
        threading.Thread(target=_answer, args=(server, port), daemon=True).start()
        try:
            yield
        finally:
            # Closing alone would not wake who waits for the next one to come.
            with contextlib.suppress(OSError):
                server.shutdown(socket.SHUT_RDWR)


def _answer(server: socket.socket, port: int) -> None:
    with contextlib.suppress(OSError):
        while True:
            connection, _ = server.accept()
            with connection, contextlib.suppress(OSError):
                connection.sendall(str(port).encode())


def _ask_for_port(meeting: tuple[str, int], deadline: float) -> int:
    while True:
        try:
            with socket.create_connection(meeting, timeout=5) as connection:
                return int(connection.makefile().read())
        except (OSError, ValueError) as silent:
            if time.monotonic() > deadline:
                raise _unreachable(meeting[0], silent) from None
            time.sleep(0.05)


def _connect(xgboost: Any, address: str, port: int, task: str, deadline: float) -> contextlib.ExitStack:
    from xgboost import collective

    while True:
        stack = contextlib.ExitStack()
        try:
            stack.enter_context(
                collective.CommunicatorContext(
                    dmlc_communicator="rabit",
                    dmlc_tracker_uri=address,
                    dmlc_tracker_port=port,
                    dmlc_task_id=task,
                )
            )
            return stack
        except xgboost.core.XGBoostError as refused:
            if time.monotonic() > deadline:
                raise _unreachable(address, refused) from None
            time.sleep(0.5)


def _unreachable(address: str, cause: Exception) -> WorkloadError:
    return WorkloadError(f"The instances of this job do not reach each other at {address}: {cause}")


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
    """Where instances meet: the same on all of a job, and another for another job on the same machine."""
    return FIRST_PORT + zlib.crc32(os.environ.get("TRAINING_JOB_NAME", "").encode()) % PORTS
