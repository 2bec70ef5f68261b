"""`python -m wildsage_workload.enter COMMAND…` runs a command in a private environment.

For workloads that bring their own entry point: whatever they `pip install` is theirs alone.
"""

import os
import sys

from wildsage_workload import private_environment


def main(command: list[str]) -> None:
    """Replaces this process by the command. Ends with 127 when there is no such command, as a shell does."""
    if not command:
        sys.exit("usage: python -m wildsage_workload.enter COMMAND [ARGUMENT…]")
    variables = private_environment.variables(private_environment.create())
    try:
        os.execvpe(command[0], command, variables)
    except OSError as missing:
        print(f"{command[0]}: {missing.strerror}", file=sys.stderr)
        sys.exit(127 if isinstance(missing, FileNotFoundError) else 126)


if __name__ == "__main__":
    main(sys.argv[1:])
