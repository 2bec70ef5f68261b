"""Training on several instances, with a function of the script's."""

from collections.abc import Callable
from typing import Any

from wildsage_workload.xgboost_algorithm import distributed


def wait_hostname_resolution(sm_hosts: list[str]) -> None:
    """Returns once every instance of the job has an address."""
    distributed.find_hosts(sm_hosts)


def rabit_run(
    exec_fun: Callable[..., Any],
    args: dict[str, Any],
    include_in_training: bool,
    hosts: list[str],
    current_host: str,
    first_port: int | None = None,
    second_port: int | None = None,
    max_connect_attempts: int | None = None,
    connect_retry_timeout: int = 10,
    update_rabit_args: bool = False,
) -> None:
    """Runs the function on the instances that have data to train on, connected with each other.

    With `update_rabit_args` it is also told whether it `is_master`. Ports and attempts are the platform's affair.
    """
    import xgboost

    def run(is_master: bool) -> None:
        exec_fun(**args, **({"is_master": is_master} if update_rabit_args else {}))

    ordered = sorted(hosts)
    with distributed.join(xgboost, ordered, current_host) as cluster:
        included = cluster.those_with(include_in_training, ordered.index(current_host))
        if len(included) == len(ordered):
            run(cluster.is_master)
            return
    if not included:
        raise distributed.WorkloadError("No instance has data to train on")
    if include_in_training:
        chosen = [ordered[at] for at in included]
        with distributed.join(xgboost, chosen, current_host, distributed.SECOND_NETWORK) as cluster:
            run(cluster.is_master)
