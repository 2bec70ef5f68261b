"""Arrays from content, and content from arrays."""

from sagemaker_inference.decoder import decode  # noqa: F401
from sagemaker_inference.encoder import encode  # noqa: F401
