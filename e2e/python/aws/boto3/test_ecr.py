"""ECR through boto3: looking up the images that jobs and models name."""

import boto3
import pytest
from jobs import XGBOOST

AWS = {"registryId": XGBOOST.split(".")[0], "repositoryName": "sagemaker-xgboost"}


@pytest.fixture(scope="module")
def ecr(wildsage):
    return boto3.client("ecr")


def test_finds_an_image_of_aws_by_its_tag(ecr):
    (image,) = ecr.describe_images(**AWS, imageIds=[{"imageTag": "1.7-1"}])["imageDetails"]
    assert "1.7-1" in image["imageTags"]
    by_digest = ecr.batch_get_image(**AWS, imageIds=[{"imageDigest": image["imageDigest"]}, {"imageTag": "0.0"}])
    assert [found["imageId"]["imageDigest"] for found in by_digest["images"]] == [image["imageDigest"]]
    assert [failed["failureCode"] for failed in by_digest["failures"]] == ["ImageNotFound"]
    newest = max(ecr.describe_images(**AWS)["imageDetails"], key=lambda each: each["imagePushedAt"])
    assert newest["repositoryName"] == "sagemaker-xgboost"
    (repository,) = ecr.describe_repositories(registryId=AWS["registryId"], repositoryNames=[AWS["repositoryName"]])[
        "repositories"
    ]
    assert XGBOOST == f"{repository['repositoryUri']}:1.7-1"


def test_lists_all_tags_with_the_paginator(ecr):
    pages = ecr.get_paginator("list_images").paginate(**AWS, PaginationConfig={"PageSize": 2})
    tags = list(pages.search("imageIds[].imageTag"))
    assert "1.7-1" in tags
    assert len(tags) == len(set(tags))


def test_says_what_is_not_there(ecr):
    with pytest.raises(ecr.exceptions.ImageNotFoundException):
        ecr.describe_images(**AWS, imageIds=[{"imageTag": "0.0"}])
    with pytest.raises(ecr.exceptions.RepositoryNotFoundException):
        ecr.describe_images(registryId=AWS["registryId"], repositoryName="never")
    with pytest.raises(ecr.exceptions.RepositoryNotFoundException):
        ecr.describe_repositories(repositoryNames=["never"])


def test_keeps_repositories_of_its_own(ecr, name):
    repository = ecr.create_repository(repositoryName=name("repository"))["repository"]
    assert repository["repositoryUri"].endswith(f".amazonaws.com/{name('repository')}")
    with pytest.raises(ecr.exceptions.RepositoryAlreadyExistsException):
        ecr.create_repository(repositoryName=name("repository"))
    assert ecr.describe_images(repositoryName=name("repository"))["imageDetails"] == []
    ecr.delete_repository(repositoryName=name("repository"), force=True)
    login = ecr.get_authorization_token()["authorizationData"][0]
    assert login["proxyEndpoint"].startswith(f"https://{repository['registryId']}.dkr.ecr.")
