"""Errors that end a training job, and how the platform learns of them."""

import sys
import traceback

from wildsage_workload import paths


class WorkloadError(Exception):
    """Ends the workload with `exit_code`; its text is what DescribeTrainingJob shows as FailureReason."""

    exit_code = 1


class UserError(WorkloadError):
    """Something the user can put right: a hyperparameter, a channel, the data."""


class CommandError(WorkloadError):
    """A command of the user's ended with a non-zero status. Its text has the form of AWS's training toolkit."""

    def __init__(self, name: str, exit_code: int, message: str, command: str, info: str | None = None) -> None:
        extra = f'\nExtraInfo "{info}"' if info else ""
        super().__init__(f'{name}:\nExitCode {exit_code}\nErrorMessage "{message}"{extra}\nCommand "{command}"')
        # A negative status is a signal, which a process reports as 128 + its number.
        self.exit_code = exit_code if exit_code > 0 else 128 - exit_code


def report(error: BaseException) -> int:
    """Writes `/opt/ml/output/failure` and the log, and returns the exit status. Never overwrites an earlier failure."""
    if isinstance(error, WorkloadError):
        message, status = str(error), error.exit_code
    else:
        message, status = f"Framework Error: \n{''.join(traceback.format_exception(error))}", 1
    try:
        paths.OUTPUT.mkdir(parents=True, exist_ok=True)
        if not paths.FAILURE.exists() or not paths.FAILURE.stat().st_size:
            paths.FAILURE.write_text(message, encoding="utf-8")
    except OSError as unwritable:
        print(f"Cannot write {paths.FAILURE}: {unwritable}", file=sys.stderr)
    print(f"Reporting training FAILURE\n{message}", file=sys.stderr, flush=True)
    return status
