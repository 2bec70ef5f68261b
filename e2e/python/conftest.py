"""One ephemeral server for all tests of a run, and the environment that `wildsage env` gives to its clients."""

import os
import shutil
import tempfile
from contextlib import ExitStack
from pathlib import Path

import pytest
from server import Wildsage, running

started: pytest.StashKey[tuple[Wildsage, ExitStack]] = pytest.StashKey()
LEFT_BEHIND = ("AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN", "AWS_PROFILE", "AWS_DEFAULT_PROFILE")


def pytest_sessionstart(session: pytest.Session) -> None:
    """Before tests are imported, since clients read the environment when they are: as after `eval "$(wildsage env)"`."""
    with ExitStack() as stack:
        folder = Path(tempfile.mkdtemp(prefix="wildsage-clients-"))
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        server = stack.enter_context(running(folder))
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        for name in LEFT_BEHIND:
            patch.delenv(name, raising=False)
        for name, value in server.environment.items():
            patch.setenv(name, value)
        # What the user of this machine has set for AWS is not for the tests.
        patch.setenv("AWS_CONFIG_FILE", str(folder / "config"))
        patch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(folder / "credentials"))
        session.config.stash[started] = (server, stack.pop_all())


def pytest_sessionfinish(session: pytest.Session) -> None:
    if started in session.config.stash:
        session.config.stash[started][1].close()


@pytest.fixture(scope="session")
def wildsage(pytestconfig: pytest.Config) -> Wildsage:
    """The server. This process, and every command it starts, is its client as any user's would be."""
    return pytestconfig.stash[started][0]


@pytest.fixture(scope="session")
def role_arn() -> str:
    """The execution role that every home has."""
    return os.environ["WILDSAGE_ROLE_ARN"]


@pytest.fixture(scope="session")
def scripts() -> Path:
    """Folder of users' training scripts."""
    return Path(__file__).parent / "support" / "scripts"
