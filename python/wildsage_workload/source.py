"""The user's source directory: fetched, unpacked, and its requirements installed."""

import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Mapping
from pathlib import Path

from wildsage_workload import archives, private_environment
from wildsage_workload.failures import CommandError, UserError


def fetch(origin: str, target: Path) -> None:
    """Puts the source into `target`: from an `s3://….tar.gz`, a local archive, a directory or a single file.

    Does nothing when files are there already: the platform, or the user's image, has put them there.
    """
    target.mkdir(parents=True, exist_ok=True)
    if any(target.iterdir()):
        return
    if origin.startswith("s3://"):
        # Here, because an HTTP client is what takes longest to load, and most servers need none.
        from wildsage_workload import object_storage

        with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
            archive = Path(scratch) / "sourcedir.tar.gz"
            object_storage.download(origin, archive)
            archives.unpack(archive, target, origin)
    elif Path(origin).is_dir():
        if Path(origin).resolve() != target.resolve():
            shutil.copytree(origin, target, dirs_exist_ok=True)
    elif Path(origin).is_file() and tarfile.is_tarfile(origin):
        archives.unpack(Path(origin), target, origin)
    elif Path(origin).is_file():
        shutil.copy2(origin, target)
    else:
        raise UserError(f"The source directory {origin} does not exist")


def install(directory: Path, environment: Path, variables: Mapping[str, str]) -> None:
    """Installs `requirements.txt`, and the directory itself where it has a `setup.py`, into the private environment."""
    command = [private_environment.python(environment), "-m", "pip", "install", "--no-input", "--quiet"]
    is_package = (directory / "setup.py").exists()
    if is_package:
        command += ["."]
    if (directory / "requirements.txt").exists():
        command += ["-r", "requirements.txt"]
    elif not is_package:
        return
    print("Installing module." if is_package else "Installing dependencies from requirements.txt", flush=True)
    done = subprocess.run(command, cwd=directory, env=dict(variables), stderr=subprocess.PIPE, text=True, check=False)
    sys.stderr.write(done.stderr)
    if done.returncode:
        name = "InstallModuleError" if is_package else "InstallRequirementsError"
        errors = [line for line in done.stderr.splitlines() if line.startswith("ERROR")] or done.stderr.splitlines()
        raise CommandError(name, done.returncode, "\n".join(errors[-10:]), " ".join(command))
