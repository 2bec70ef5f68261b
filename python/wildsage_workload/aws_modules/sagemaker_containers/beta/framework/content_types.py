"""Content types by name."""

from sagemaker_inference.content_types import ANY, CSV, JSON, NPY, OCTET_STREAM, UTF8_TYPES  # noqa: F401
