"""A Python environment of the workload's own, on top of its runtime's.

A runtime's environment is shared by all workloads, so nothing may be installed into it. The private environment is a
virtual environment whose packages come before the runtime's: what a job installs is its own, may be newer than what the
runtime has, and is gone with the job. pip sees the runtime's packages as installed and never removes them, because they
lie outside its prefix. Making one takes about a millisecond: a configuration file, three links and two scripts.
"""

import os
import site
import sys
import sysconfig
import tempfile
from collections.abc import Mapping
from pathlib import Path

from wildsage_workload import aws_modules, paths

PIP_SCRIPT = """#!/bin/sh
exec "$(dirname "$0")/python" -m pip "$@"
"""


def create(directory: Path | None = None) -> Path:
    """Makes the private environment (once: a second call finds the first one's) and returns its folder."""
    root = directory or _default_directory()
    libraries = root / "lib" / f"python{sys.version_info.major}.{sys.version_info.minor}" / "site-packages"
    if (root / "pyvenv.cfg").exists():
        return root
    libraries.mkdir(parents=True, exist_ok=True)
    (root / "bin").mkdir(exist_ok=True)
    interpreter = getattr(sys, "_base_executable", sys.executable)
    for name in ("python", "python3", f"python{sys.version_info.major}.{sys.version_info.minor}"):
        (root / "bin" / name).symlink_to(interpreter)
    for name in ("pip", "pip3"):
        script = root / "bin" / name
        script.write_text(PIP_SCRIPT)
        script.chmod(0o755)
    (libraries / "wildsage-runtime.pth").write_text("\n".join(_runtime_libraries()) + "\n")
    # Last, since its presence says that the environment is whole.
    version = ".".join(map(str, sys.version_info[:3]))
    (root / "pyvenv.cfg").write_text(
        f"home = {Path(interpreter).parent}\ninclude-system-site-packages = false\nversion = {version}\n"
    )
    return root


def variables(root: Path, environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The variables of `environment` with the private environment activated."""
    runtime = str(Path(sys.executable).parent)
    rest = [entry for entry in environment.get("PATH", os.defpath).split(os.pathsep) if entry != runtime]
    activated = {
        **environment,
        "VIRTUAL_ENV": str(root),
        "PATH": os.pathsep.join([str(root / "bin"), runtime, *rest]),
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    }
    # It would send the interpreter to another prefix than the environment's.
    activated.pop("PYTHONHOME", None)
    return activated


def python(root: Path) -> str:
    """The private environment's interpreter."""
    return str(root / "bin" / "python")


def _default_directory() -> Path:
    try:
        directory = paths.BASE / "environment"
        directory.mkdir(parents=True, exist_ok=True)
        return directory
    except OSError:
        return Path(tempfile.mkdtemp(prefix="wildsage-environment-"))


def _runtime_libraries() -> list[str]:
    own = [sysconfig.get_path("purelib"), sysconfig.get_path("platlib"), *site.getsitepackages()]
    return list(dict.fromkeys([*own, str(aws_modules.FOLDER)]))
