"""Imports the libraries of a user's script once, before the workers are forked from the server.

In each worker for itself, scikit-learn alone takes seconds of CPU and a hundred megabytes. The script's own code runs in
the workers only: what it does when it is imported may not outlive a fork.
"""

import ast
import contextlib
import importlib
from collections.abc import Iterator
from pathlib import Path

# Known to start no threads that a fork would lose.
LIBRARIES = {"joblib", "numpy", "pandas", "scipy", "sklearn", "xgboost"}
# What joblib loads is nearly always a model of scikit-learn's.
COMPANIONS = {"joblib": "sklearn.base"}


def import_libraries_of(script: Path) -> None:
    """Never fails: what is wrong with a script or a library is told by the worker that needs it."""
    with contextlib.suppress(OSError, SyntaxError, ValueError):
        for module in _imports(ast.parse(script.read_bytes())):
            library = module.partition(".")[0]
            beside = [script.parent / library, script.parent / f"{library}.py"]
            if library not in LIBRARIES or any(path.exists() for path in beside):
                continue
            for name in filter(None, (module, COMPANIONS.get(library))):
                with contextlib.suppress(Exception):
                    importlib.import_module(name)


def _imports(tree: ast.Module) -> Iterator[str]:
    """The modules that are imported at the top of a script; those in its functions may never be needed."""
    for statement in tree.body:
        if isinstance(statement, ast.Import):
            yield from (alias.name for alias in statement.names)
        elif isinstance(statement, ast.ImportFrom) and statement.module and not statement.level:
            yield statement.module
