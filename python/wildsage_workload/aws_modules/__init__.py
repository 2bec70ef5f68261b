"""Modules that AWS's images bring along and users' scripts import, by AWS's names.

Only what published scripts use of them. They come last on a script's path, so that whoever installs the packages of
these names gets those.
"""

from pathlib import Path

FOLDER = Path(__file__).parent
