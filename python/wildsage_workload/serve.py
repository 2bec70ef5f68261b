"""`python -m wildsage_workload.serve [--algorithm NAME]`: the `serve` command of a runtime.

Serves the user's script where there is one, else the runtime's built-in algorithm, if it has one.
"""

import argparse
import os
import sys
import traceback
from functools import partial
from pathlib import Path

from wildsage_workload import model_server, paths, preloading, private_environment, source
from wildsage_workload.failures import UserError, WorkloadError
from wildsage_workload.invocation import Model

DEFAULT_PROGRAM = "inference.py"
IN_PRIVATE_ENVIRONMENT = "WILDSAGE_IN_PRIVATE_ENVIRONMENT"


def main(command_line: list[str]) -> int:
    """Serves until told to stop, and returns the exit status."""
    parser = argparse.ArgumentParser(prog="wildsage_workload.serve")
    parser.add_argument("--algorithm", choices=["xgboost"], help="what serves a model without a script")
    # The platform hands over the argument `serve`, as it does to an image.
    options, _ = parser.parse_known_args(command_line)
    try:
        program = _prepare_script(command_line)
        if not program and not options.algorithm:
            raise UserError(
                "No script to serve the model with: SAGEMAKER_PROGRAM is not set, and the model archive has no "
                f"code/{DEFAULT_PROGRAM}"
            )
    except WorkloadError as error:
        print(error, file=sys.stderr, flush=True)
        return error.exit_code
    except Exception:
        traceback.print_exc()
        return 1
    return model_server.serve(partial(_load, program, options.algorithm), partial(_preload, program, options.algorithm))


def _prepare_script(command_line: list[str]) -> str | None:
    """Fetches the script and installs its requirements. Returns its name, None when there is no script."""
    program = os.environ.get("SAGEMAKER_PROGRAM")
    folder = _source_folder()
    if not program and (folder / DEFAULT_PROGRAM).exists():
        program = DEFAULT_PROGRAM
    if not program:
        return None
    if not (folder / program).exists():
        raise UserError(f"The script {program} is not in {folder}")
    needs_packages = (folder / "requirements.txt").exists() or (folder / "setup.py").exists()
    if needs_packages and IN_PRIVATE_ENVIRONMENT not in os.environ:
        environment = private_environment.create()
        variables = private_environment.variables(environment)
        source.install(folder, environment, variables)
        # From here on with the packages just installed, which may be newer than the runtime's own.
        interpreter = private_environment.python(environment)
        command = [interpreter, "-m", "wildsage_workload.serve", *command_line]
        os.execve(interpreter, command, {**variables, IN_PRIVATE_ENVIRONMENT: "1"})
    return program


def _source_folder() -> Path:
    """Where the script is: the model archive's `code`, or the source directory, fetched to `/opt/ml/code`."""
    origin = os.environ.get("SAGEMAKER_SUBMIT_DIRECTORY", "").removeprefix("file://")
    in_archive = paths.MODEL / "code"
    program = os.environ.get("SAGEMAKER_PROGRAM") or DEFAULT_PROGRAM
    if origin.startswith("s3://") or not (in_archive / program).exists() and origin:
        # Where no sandbox gives the workload /opt/ml, another folder stands for it.
        if origin.startswith("/opt/ml/"):
            origin = str(paths.BASE / origin.removeprefix("/opt/ml/"))
        source.fetch(origin, paths.CODE)
        return paths.CODE
    return in_archive if in_archive.is_dir() or not paths.CODE.is_dir() else paths.CODE


def _preload(program: str | None, algorithm: str | None) -> None:
    import numpy  # noqa: F401

    if program:
        preloading.import_libraries_of(_source_folder() / program)
    elif algorithm == "xgboost":
        from wildsage_workload.xgboost_algorithm import model

        model.load_library(paths.MODEL)


def _load(program: str | None, algorithm: str | None) -> Model:
    if not program:
        from wildsage_workload.xgboost_algorithm.serving import BuiltInModel

        return BuiltInModel(paths.MODEL)
    from wildsage_workload import user_model

    if algorithm == "xgboost":
        from wildsage_workload.xgboost_algorithm.script_defaults import XGBoostDefaults

        return user_model.UserModel(user_model.load_script(program), XGBoostDefaults())
    return user_model.UserModel(user_model.load_script(program), user_model.Defaults())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
