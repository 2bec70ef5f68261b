"""What scripts use of the toolkit in AWS's framework images."""

from types import SimpleNamespace


def training_env() -> SimpleNamespace:
    """The job as a script sees it: `hyperparameters`, `channel_input_dirs`, `model_dir`, `hosts`, `num_gpus` …"""
    from wildsage_workload import training_environment

    return SimpleNamespace(**training_environment.describe(training_environment.read()))
