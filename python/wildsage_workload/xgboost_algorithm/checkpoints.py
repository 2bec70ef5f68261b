"""Checkpoints of a training run, so that an interrupted job goes on where it was."""

import json
import os
import re
from pathlib import Path
from typing import Any

from wildsage_workload import paths

NAME = re.compile(r"xgboost-checkpoint\.(\d+)")
KEPT = 5


def directory() -> Path | None:
    """Where the job wants its checkpoints; None when it wants none."""
    try:
        configured = json.loads((paths.INPUT_CONFIG / "checkpointconfig.json").read_text()).get("LocalPath")
    except (FileNotFoundError, ValueError):
        configured = None
    if configured:
        # Where no sandbox gives the workload /opt/ml, another folder stands for it.
        folder = Path(configured)
        return paths.BASE / folder.relative_to("/opt/ml") if folder.is_relative_to("/opt/ml") else folder
    return paths.CHECKPOINTS if paths.CHECKPOINTS.is_dir() else None


def save_model(booster: Any, file: Path) -> None:
    """Writes a model so that the file is there whole or not at all."""
    file.parent.mkdir(parents=True, exist_ok=True)
    partial = file.with_name(f".{file.name}.partial")
    partial.write_bytes(booster.save_raw("ubj"))
    os.replace(partial, file)


def save(booster: Any, folder: Path, iteration: int) -> None:
    """Keeps the model after `iteration` (from 0), and the four before it."""
    save_model(booster, folder / f"xgboost-checkpoint.{iteration}")
    for old in _existing(folder)[:-KEPT]:
        # A platform that uploads the folder may have taken it away meanwhile.
        (folder / f"xgboost-checkpoint.{old}").unlink(missing_ok=True)


def load(xgboost: Any, folder: Path) -> tuple[Any | None, int]:
    """The newest readable checkpoint and the number of iterations in it; (None, 0) when there is none."""
    for iteration in reversed(_existing(folder)):
        booster = xgboost.Booster()
        try:
            booster.load_model(bytearray((folder / f"xgboost-checkpoint.{iteration}").read_bytes()))
        except (OSError, xgboost.core.XGBoostError):
            continue
        return booster, iteration + 1
    return None, 0


def _existing(folder: Path) -> list[int]:
    if not folder.is_dir():
        return []
    return sorted(int(match[1]) for match in map(NAME.fullmatch, os.listdir(folder)) if match)
