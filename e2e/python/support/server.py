"""A Wildsage server, started and asked as its users do: by the command."""

import json
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

PROGRAM = str(Path(__file__).parents[3] / "bin" / "wildsage")
ACCOUNT_ID = "111122223333"
KEY = {
    "WILDSAGE_ACCESS_KEY_ID": "AKIATESTTESTTESTTEST",
    "WILDSAGE_SECRET_ACCESS_KEY": "only-for-tests-0123456789-0123456789-abc",
}

Found = TypeVar("Found")


@dataclass(frozen=True)
class Wildsage:
    """A server that takes requests."""

    url: str
    home: Path
    environment: dict[str, str]

    def command(self, *arguments: str, timeout: float = 120) -> subprocess.CompletedProcess[str]:
        """Runs `wildsage` for this server's home."""
        name, *rest = arguments
        return subprocess.run(
            [PROGRAM, name, "--home", str(self.home), *rest], capture_output=True, text=True, timeout=timeout
        )

    def variables(self, *options: str) -> dict[str, str]:
        """What `wildsage env` gives."""
        return json.loads(self.command("env", "--format", "json", *options).stdout)


@contextmanager
def running(folder: Path) -> Iterator[Wildsage]:
    """An ephemeral server of fixed account and key, as a CI would start it; told to end at the end."""
    home = folder / "home"
    log = folder / "log"
    with log.open("w") as errors:
        process = subprocess.Popen(
            [PROGRAM, "up", "--ephemeral", "--home", str(home), "--port", "0", "--account-id", ACCOUNT_ID],
            env={**os.environ, **KEY, "AWS_REGION": "us-east-1"},
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
    try:
        line = process.stdout.readline() if process.stdout else ""
        start = "Wildsage is ready at "
        assert line.startswith(start), f"wildsage up did not start: {line}{log.read_text()}"
        server = Wildsage(url=line.removeprefix(start).strip(), home=home, environment={})
        server.environment.update(server.variables())
        yield server
    finally:
        process.terminate()
        assert process.wait(timeout=60) == 0, f"wildsage up ended badly: {log.read_text()[-3000:]}"


def until(what: str, check: Callable[[], Found | None], seconds: float = 60) -> Found:
    """Asks until `check` gives something."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := check():
            return found
        time.sleep(0.1)
    raise AssertionError(f"{what} did not happen within {seconds} s")
