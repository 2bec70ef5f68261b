"""Script mode: runs the user's entry point as AWS's framework containers do."""

import os
import shlex
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Mapping
from pathlib import Path
from typing import IO

from wildsage_workload import paths, private_environment, source, training_environment
from wildsage_workload.failures import CommandError, UserError
from wildsage_workload.training_environment import TrainingEnvironment

REMEMBERED_LINES = 200
SECRET_WORDS = ("SECRET", "PASSWORD", "TOKEN", "KEY", "CREDENTIAL")


def run(job: TrainingEnvironment) -> None:
    """Fetches the source and runs the entry point to its end. Raises CommandError when it fails."""
    program = job.program
    if not program:
        raise UserError("No entry point: the hyperparameter sagemaker_program is missing")
    for directory in (paths.MODEL, paths.OUTPUT_DATA, paths.OUTPUT_INTERMEDIATE):
        directory.mkdir(parents=True, exist_ok=True)
    source.fetch(job.submit_directory, paths.CODE)
    if not (paths.CODE / program).exists() and not _is_package(program):
        found = ", ".join(sorted(entry.name for entry in paths.CODE.iterdir())) or "nothing"
        raise UserError(f"The entry point {program} is not in the source directory, which holds {found}")
    environment = private_environment.create()
    variables = private_environment.variables(environment, {**os.environ, **training_environment.variables(job)})
    # Modules beside the entry point are found from anywhere, as in AWS's containers.
    variables["PYTHONPATH"] = os.pathsep.join(filter(None, [str(paths.CODE), variables.get("PYTHONPATH")]))
    if not program.endswith(".sh"):
        source.install(paths.CODE, environment, variables)
    command = _command(program, training_environment.arguments(job.hyperparameters), environment)
    _announce(command, variables)
    _execute(command, variables)


def _is_package(program: str) -> bool:
    return (paths.CODE / "setup.py").exists() and not program.endswith(".sh")


def _command(program: str, arguments: list[str], environment: Path) -> list[str]:
    if _is_package(program):
        return [private_environment.python(environment), "-m", program.removesuffix(".py"), *arguments]
    if program.endswith(".py"):
        return [private_environment.python(environment), program, *arguments]
    script = paths.CODE / program
    script.chmod(script.stat().st_mode | 0o111)
    return ["/bin/sh", "-c", f"./{shlex.join([program, *arguments])}"]


def _announce(command: list[str], variables: Mapping[str, str]) -> None:
    shown = {name: value for name, value in variables.items() if name.startswith("SM_")}
    for name in shown:
        if any(word in name for word in SECRET_WORDS):
            shown[name] = "******"
    # It repeats every other variable, secrets among the hyperparameters included.
    for repeats in ("SM_TRAINING_ENV", "SM_HPS", "SM_USER_ARGS"):
        shown.pop(repeats, None)
    lines = "\n".join(f"{name}={value}" for name, value in sorted(shown.items()))
    invocation = shlex.join(command[:2]) if any(value == "******" for value in shown.values()) else shlex.join(command)
    print(
        f"Invoking user script\n\nEnvironment variables:\n\n{lines}\n\n"
        f"Invoking script with the following command:\n\n{invocation}\n",
        flush=True,
    )


def _execute(command: list[str], variables: Mapping[str, str]) -> None:
    process = subprocess.Popen(command, cwd=paths.CODE, env=dict(variables), stderr=subprocess.PIPE)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda received, _frame: process.send_signal(received))
    last_lines: deque[bytes] = deque(maxlen=REMEMBERED_LINES)
    assert process.stderr is not None
    copier = threading.Thread(target=_copy, args=(process.stderr, last_lines), daemon=True)
    copier.start()
    status = process.wait()
    # A process that the script left behind may hold the pipe open for ever.
    copier.join(timeout=2)
    if status:
        text = b"".join(last_lines).decode("utf-8", "replace")
        info = "OutOfMemory: Process killed by SIGKILL (signal 9)" if status in (-9, 137) else None
        raise CommandError("ExecuteUserScriptError", status, error_message(text), shlex.join(command), info)


def _copy(pipe: IO[bytes], last_lines: deque[bytes]) -> None:
    for line in iter(pipe.readline, b""):
        sys.stderr.buffer.write(line)
        sys.stderr.buffer.flush()
        last_lines.append(line)


def error_message(log: str) -> str:
    """What is worth telling of a failed script's error output: the exception, or else the last lines."""
    lines = log.strip().splitlines()
    start = max(
        (at for at, line in enumerate(lines) if line.startswith("Traceback (most recent call last)")), default=-1
    )
    if start < 0:
        return "\n".join(lines[-10:])
    after = start + 1
    while after < len(lines) and (lines[after].startswith(" ") or not lines[after]):
        after += 1
    return "\n".join(lines[after : after + 10])
