"""Object storage through boto3: transfers in parts, presigned addresses, versions, checksums, listings."""

import base64
import hashlib
import os
import urllib.error
import urllib.request
from pathlib import Path

import boto3
import pytest
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from urllib3.filepost import encode_multipart_formdata

MEGABYTE = 2**20


@pytest.fixture(scope="module")
def s3(wildsage):
    client = boto3.client("s3")
    client.create_bucket(Bucket="e2e-objects")
    return client


def test_moves_files_in_parts(s3, tmp_path: Path):
    source, target = tmp_path / "source", tmp_path / "target"
    source.write_bytes(os.urandom(20 * MEGABYTE))
    parts = TransferConfig(multipart_threshold=5 * MEGABYTE, multipart_chunksize=5 * MEGABYTE)
    s3.upload_file(str(source), "e2e-objects", "large", Config=parts, ExtraArgs={"Metadata": {"made-by": "test"}})
    head = s3.head_object(Bucket="e2e-objects", Key="large")
    assert head["ContentLength"] == 20 * MEGABYTE
    assert head["ETag"].endswith('-4"')
    assert head["Metadata"] == {"made-by": "test"}
    s3.download_file("e2e-objects", "large", str(target), Config=parts)
    assert target.read_bytes() == source.read_bytes()
    tail = s3.get_object(Bucket="e2e-objects", Key="large", Range="bytes=-10")
    assert tail["Body"].read() == source.read_bytes()[-10:]
    assert tail["ContentRange"] == f"bytes {20 * MEGABYTE - 10}-{20 * MEGABYTE - 1}/{20 * MEGABYTE}"


@pytest.mark.parametrize("version", ["s3", "s3v4"])
def test_takes_presigned_addresses_without_credentials(s3, version: str):
    signer = boto3.client("s3", config=Config(signature_version=version))
    place = {"Bucket": "e2e-objects", "Key": f"{version}: a key/with ü & +"}
    url = signer.generate_presigned_url("put_object", Params=place)
    # An empty type, since urllib would otherwise send one of its own, which the older signature covers.
    put = urllib.request.Request(url, data=b"sent", method="PUT", headers={"Content-Type": ""})
    assert urllib.request.urlopen(put).status == 200
    url = signer.generate_presigned_url("get_object", Params=place, ExpiresIn=60)
    assert urllib.request.urlopen(url).read() == b"sent"
    with pytest.raises(urllib.error.HTTPError) as forged:
        urllib.request.urlopen(url.replace("with", "without"))
    assert forged.value.code == 403
    assert b"<Code>SignatureDoesNotMatch</Code>" in forged.value.read()


@pytest.mark.parametrize("version", ["s3", "s3v4"])
def test_takes_forms_without_credentials(s3, version: str):
    signer = boto3.client("s3", config=Config(signature_version=version))
    conditions = [{"x-amz-meta-by": "form"}, ["content-length-range", 1, 10]]
    form = signer.generate_presigned_post(
        "e2e-objects", f"{version}/${{filename}}", Fields={"x-amz-meta-by": "form"}, Conditions=conditions
    )

    def post(content: bytes):
        body, kind = encode_multipart_formdata({**form["fields"], "file": ("ü.txt", content)})
        return urllib.request.urlopen(urllib.request.Request(form["url"], data=body, headers={"Content-Type": kind}))

    assert post(b"sent").status == 204
    found = s3.get_object(Bucket="e2e-objects", Key=f"{version}/ü.txt")
    assert (found["Body"].read(), found["Metadata"]) == (b"sent", {"by": "form"})
    with pytest.raises(urllib.error.HTTPError) as large:
        post(b"too long for it")
    assert b"<Code>EntityTooLarge</Code>" in large.value.read()


def test_keeps_versions(s3):
    s3.create_bucket(Bucket="e2e-versions")
    s3.put_bucket_versioning(Bucket="e2e-versions", VersioningConfiguration={"Status": "Enabled"})
    place = {"Bucket": "e2e-versions", "Key": "k"}
    first, second = (s3.put_object(**place, Body=body)["VersionId"] for body in (b"one", b"two"))
    marker = s3.delete_object(**place)
    assert marker["DeleteMarker"] is True
    with pytest.raises(s3.exceptions.NoSuchKey):
        s3.get_object(**place)
    assert s3.get_object(**place, VersionId=first)["Body"].read() == b"one"
    s3.delete_object(**place, VersionId=marker["VersionId"])
    assert s3.get_object(**place)["Body"].read() == b"two"
    versions = s3.list_object_versions(Bucket="e2e-versions")["Versions"]
    assert [(version["VersionId"], version["IsLatest"]) for version in versions] == [(second, True), (first, False)]


@pytest.mark.parametrize("algorithm", ["CRC32", "SHA1", "SHA256"])
def test_verifies_and_gives_checksums(s3, algorithm: str):
    place = {"Bucket": "e2e-objects", "Key": f"sum-{algorithm}"}
    given = s3.put_object(**place, Body=b"summed", ChecksumAlgorithm=algorithm)[f"Checksum{algorithm}"]
    assert s3.head_object(**place, ChecksumMode="ENABLED")[f"Checksum{algorithm}"] == given
    if algorithm == "SHA256":
        assert given == base64.b64encode(hashlib.sha256(b"summed").digest()).decode()
    with pytest.raises(s3.exceptions.ClientError, match=f"BadDigest.*{algorithm}"):
        s3.put_object(**place, Body=b"other", **{f"Checksum{algorithm}": given})


def test_lists_in_pages_and_folders(s3):
    s3.create_bucket(Bucket="e2e-listing")
    for key in ("a/1", "a/2", "b/1", "c"):
        s3.put_object(Bucket="e2e-listing", Key=key, Body=b"")
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket="e2e-listing", PaginationConfig={"PageSize": 3})
    assert [[entry["Key"] for entry in page["Contents"]] for page in pages] == [["a/1", "a/2", "b/1"], ["c"]]
    page = s3.list_objects_v2(Bucket="e2e-listing", Delimiter="/")
    assert [entry["Prefix"] for entry in page["CommonPrefixes"]] == ["a/", "b/"]
    assert [entry["Key"] for entry in page["Contents"]] == ["c"]


def test_waits_empties_and_deletes(s3):
    resource = boto3.resource("s3").Bucket("e2e-brief")
    resource.create()
    s3.get_waiter("bucket_exists").wait(Bucket="e2e-brief")
    resource.put_object(Key="k", Body=b"1")
    resource.Object("copy").copy({"Bucket": "e2e-brief", "Key": "k"})
    s3.get_waiter("object_exists").wait(Bucket="e2e-brief", Key="copy")
    with pytest.raises(s3.exceptions.ClientError, match="BucketNotEmpty"):
        resource.delete()
    assert {entry["Key"] for entry in resource.objects.all().delete()[0]["Deleted"]} == {"k", "copy"}
    resource.delete()
    s3.get_waiter("bucket_not_exists").wait(Bucket="e2e-brief", WaiterConfig={"Delay": 1})
    with pytest.raises(s3.exceptions.NoSuchBucket):
        s3.list_objects_v2(Bucket="e2e-brief")
