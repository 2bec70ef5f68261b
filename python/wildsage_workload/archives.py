"""Unpacks archives that others made, into one directory and nowhere else."""

import tarfile
from pathlib import Path, PurePosixPath

from wildsage_workload.failures import UserError


def unpack(archive: Path, target: Path, name: str) -> None:
    """Unpacks a tar file of any compression. Raises UserError, calling it `name`, when it is broken."""
    try:
        with tarfile.open(archive, "r:*") as content:
            if hasattr(tarfile, "data_filter"):
                content.extractall(target, filter="data")
            else:
                # Pythons before 3.10.12 and 3.11.4 have no filters.
                content.extractall(target, members=[_checked(member) for member in content])
    except (tarfile.TarError, EOFError, ValueError) as broken:
        raise UserError(f"Cannot unpack {name}: {broken}") from broken


def _checked(member: tarfile.TarInfo) -> tarfile.TarInfo:
    path = PurePosixPath(member.name)
    if path.is_absolute() or ".." in path.parts or not (member.isfile() or member.isdir()):
        raise ValueError(f"{member.name} is not a plain file or directory inside the archive")
    member.mode = (member.mode | 0o600) & 0o755
    return member
