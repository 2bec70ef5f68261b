"""What decoding and encoding raise."""

from sagemaker_inference.errors import UnsupportedFormatError  # noqa: F401
