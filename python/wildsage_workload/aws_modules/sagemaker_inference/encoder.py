"""Content from arrays."""

from typing import Any

from wildsage_workload import codecs


def encode(array_like: Any, content_type: str) -> str | bytes:
    """Text for JSON and CSV. Raises UnsupportedFormatError for a type that is neither of them nor NPY."""
    content, kind = codecs.encode(array_like, content_type)
    return content.decode() if kind in codecs.TEXTS else content
