"""Arrays from content."""

from typing import Any

from wildsage_workload import codecs


def decode(obj: str | bytes, content_type: str) -> Any:
    """Raises UnsupportedFormatError for a type that is neither JSON, CSV, NPY nor NPZ."""
    array = codecs.decode(obj, content_type)
    # Fields of CSV are numbers to whoever decodes them by hand.
    return array.astype(float) if codecs.media_type(content_type) == codecs.CSV else array
