"""Content types by name."""

from wildsage_workload.codecs import CSV, JSON, NPY, NPZ  # noqa: F401

OCTET_STREAM = "application/octet-stream"
ANY = "*/*"
UTF8_TYPES = [JSON, CSV]
