"""The images that the SageMaker Python SDKs name, and whether the registry has them."""

from collections.abc import Callable, Iterator
from typing import Any

import boto3

INSTANCE_TYPES = ("ml.m5.large", "ml.c6g.large")


def named(framework: str, config: dict[str, Any], retrieve: Callable[..., str]) -> Iterator[str]:
    """Every image of a framework: each version, for training and inference, on x86 and on Graviton."""
    for scope, table in config.items():
        for version in [*table["versions"], *table.get("version_aliases", {})]:
            for instance_type in INSTANCE_TYPES:
                try:
                    yield retrieve(
                        framework, "us-east-1", version=version, instance_type=instance_type, image_scope=scope
                    )
                except ValueError:
                    # The SDK has no image of this version for this kind of instance.
                    continue


def missing(images: set[str]) -> set[str]:
    """Those that cannot run here."""
    ecr = boto3.client("ecr")

    def is_there(image: str) -> bool:
        registry, _, name = image.partition("/")
        repository, _, tag = name.partition(":")
        try:
            ecr.describe_images(
                registryId=registry.split(".")[0], repositoryName=repository, imageIds=[{"imageTag": tag}]
            )
        except ecr.exceptions.ImageNotFoundException:
            return False
        return True

    return {image for image in images if not is_there(image)}
