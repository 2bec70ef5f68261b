"""The SageMaker Python SDK v2: every image that it names for a framework of this platform can run."""

import pytest
from images import missing, named
from sagemaker import image_uris


@pytest.mark.parametrize("framework", ["xgboost", "sklearn"])
def test_every_image_of_a_framework_is_there(wildsage, framework):
    images = set(named(framework, image_uris.config_for_framework(framework), image_uris.retrieve))
    assert len(images) >= 6
    assert missing(images) == set()
