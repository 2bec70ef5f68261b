"""What a training script finds in its environment: the SM_* variables and its arguments."""

import json
import logging
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from wildsage_workload import paths

PLATFORM_PREFIX = "sagemaker_"
PLATFORM_HYPERPARAMETERS = {"default_user_module_name", "_tuning_objective_metric"}


class TrainingEnvironment(NamedTuple):
    """The job as its configuration files describe it."""

    hyperparameters: dict[str, Any]
    """The user's own, decoded."""
    texts: dict[str, str]
    """All hyperparameters as they were given: a built-in algorithm knows its own types."""
    platform: dict[str, Any]
    """Those that begin with `sagemaker_`, decoded."""
    channels: dict[str, dict[str, Any]]
    resources: dict[str, Any]

    @property
    def program(self) -> str | None:
        """The user's entry point, None when the job has no script."""
        return os.environ.get("SAGEMAKER_PROGRAM") or self.platform.get("sagemaker_program")

    @property
    def submit_directory(self) -> str:
        """Where the source comes from: an s3:// address, or a path."""
        return str(
            self.platform.get("sagemaker_submit_directory")
            or os.environ.get("SAGEMAKER_SUBMIT_DIRECTORY")
            or paths.CODE
        )

    @property
    def log_level(self) -> int:
        return int(self.platform.get("sagemaker_container_log_level") or logging.INFO)

    @property
    def hosts(self) -> list[str]:
        return list(self.resources.get("hosts") or [self.current_host])

    @property
    def current_host(self) -> str:
        return str(self.resources.get("current_host") or "algo-1")


def read() -> TrainingEnvironment:
    """Reads `/opt/ml/input/config`. A missing file counts as an empty one."""
    given = _read_json(paths.INPUT_CONFIG / "hyperparameters.json")
    decoded = {name: _decode(value) for name, value in given.items()}
    platform = {
        name: value
        for name, value in decoded.items()
        if name.startswith(PLATFORM_PREFIX) or name in PLATFORM_HYPERPARAMETERS
    }
    return TrainingEnvironment(
        hyperparameters={name: value for name, value in decoded.items() if name not in platform},
        texts={name: str(value) for name, value in given.items()},
        platform=platform,
        channels=_read_json(paths.INPUT_CONFIG / "inputdataconfig.json"),
        resources=_read_json(paths.INPUT_CONFIG / "resourceconfig.json"),
    )


def arguments(hyperparameters: Mapping[str, Any]) -> list[str]:
    """Hyperparameters as a script's arguments, in the order of their names: `--epochs 3 -k 5`."""
    result: list[str] = []
    for name in sorted(hyperparameters):
        value = hyperparameters[name]
        result.append(f"--{name}" if len(name) > 1 else f"-{name}")
        if isinstance(value, dict):
            result.append(",".join(f"{key}={entry}" for key, entry in sorted(value.items())))
        else:
            result.append("" if value is None else str(value))
    return result


def variables(job: TrainingEnvironment) -> dict[str, str]:
    """The SM_* variables, and those few others that AWS's training toolkit sets."""
    described = describe(job)
    values: dict[str, Any] = {
        **described,
        "hps": job.hyperparameters,
        "user_args": arguments(job.hyperparameters),
        "channels": sorted(job.channels),
        "framework_params": described["additional_framework_parameters"],
        "training_env": described,
    }
    for replaced in ("hyperparameters", "channel_input_dirs", "additional_framework_parameters", "job_name"):
        values.pop(replaced)
    values.update({f"channel_{name}": path for name, path in described["channel_input_dirs"].items()})
    values.update({f"hp_{name}": value for name, value in job.hyperparameters.items()})
    return {
        **{f"SM_{name.upper()}": _text(value) for name, value in values.items()},
        "SAGEMAKER_JOB_NAME": str(job.platform.get("sagemaker_job_name") or ""),
        "SAGEMAKER_REGION": str(job.platform.get("sagemaker_region") or os.environ.get("AWS_REGION", "")),
        "CURRENT_HOST": job.current_host,
    }


def cpu_count() -> int:
    """The CPUs that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def gpu_count() -> int:
    """The NVIDIA GPUs in sight; 0 where there is no driver."""
    program = shutil.which("nvidia-smi")
    if not program:
        return 0
    listed = subprocess.run([program, "--list-gpus"], capture_output=True, text=True, check=False)
    return sum(line.startswith("GPU ") for line in listed.stdout.splitlines()) if listed.returncode == 0 else 0


def describe(job: TrainingEnvironment) -> dict[str, Any]:
    """The job by the toolkit's names, as in SM_TRAINING_ENV."""
    program = job.program or ""
    groups = job.resources.get("instance_groups") or []
    group = job.resources.get("current_group_name", "homogeneousCluster")
    return {
        "additional_framework_parameters": {
            name: value
            for name, value in job.platform.items()
            if name.startswith(PLATFORM_PREFIX) and name not in _TOOLKIT_OWN
        },
        "channel_input_dirs": {name: str(paths.channel(name)) for name in job.channels},
        "current_host": job.current_host,
        "current_instance_group": group,
        "current_instance_group_hosts": [
            host for one in groups if one.get("instance_group_name") == group for host in one.get("hosts", [])
        ],
        "current_instance_type": job.resources.get("current_instance_type", "local"),
        "distribution_hosts": job.hosts,
        "distribution_instance_groups": [],
        "framework_module": os.environ.get("SAGEMAKER_TRAINING_MODULE"),
        "hosts": job.hosts,
        "hyperparameters": job.hyperparameters,
        "input_config_dir": str(paths.INPUT_CONFIG),
        "input_data_config": job.channels,
        "input_dir": str(paths.INPUT),
        "instance_groups": [one.get("instance_group_name") for one in groups],
        "instance_groups_dict": {one.get("instance_group_name"): one for one in groups},
        "is_hetero": len(groups) > 1,
        "is_master": job.current_host == job.hosts[0],
        "job_name": os.environ.get("TRAINING_JOB_NAME"),
        "log_level": job.log_level,
        "master_hostname": job.hosts[0],
        "model_dir": str(paths.MODEL),
        "module_dir": job.submit_directory,
        "module_name": program.removesuffix(".py"),
        "network_interface_name": job.resources.get("network_interface_name", "eth0"),
        "num_cpus": cpu_count(),
        "num_gpus": gpu_count(),
        "num_neurons": 0,
        "output_data_dir": str(paths.OUTPUT_DATA),
        "output_dir": str(paths.OUTPUT),
        "output_intermediate_dir": str(paths.OUTPUT_INTERMEDIATE),
        "resource_config": job.resources,
        "user_entry_point": program,
    }


_TOOLKIT_OWN = {
    "sagemaker_program",
    "sagemaker_submit_directory",
    "sagemaker_enable_cloudwatch_metrics",
    "sagemaker_region",
    "sagemaker_container_log_level",
    "sagemaker_job_name",
    "sagemaker_s3_output",
}


def _read_json(path: Path) -> dict[str, Any]:
    try:
        return json.loads(path.read_text(encoding="utf-8")) or {}
    except FileNotFoundError:
        return {}


def _decode(value: Any) -> Any:
    """A hyperparameter is JSON where a client encoded it, else the text itself."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True, separators=(",", ":"))
