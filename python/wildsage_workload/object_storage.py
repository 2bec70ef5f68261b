"""Reads an object from S3: one signed GET. Loading an SDK for it would double the time to the user's first line."""

import datetime
import hashlib
import hmac
import os
import shutil
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

from wildsage_workload import aws_credentials
from wildsage_workload.failures import UserError

TIMEOUT_SECONDS = 60
# A platform that is being restarted is away for some seconds; the job goes on meanwhile and waits for it here.
PATIENCE_SECONDS = 60
LONGEST_PAUSE_SECONDS = 2.0
EMPTY_HASH = hashlib.sha256(b"").hexdigest()


def download(uri: str, target: Path) -> None:
    """Fetches `s3://bucket/key` into a file. Raises UserError when it is missing or must not be read."""
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    if not uri.startswith("s3://") or not bucket or not key:
        raise UserError(f"Expected an address of the form s3://bucket/key, got {uri}")
    pause = 0.1
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            request = _signed_request(bucket, key)
            with (
                urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS, context=_tls()) as answer,
                open(target, "wb") as file,
            ):
                shutil.copyfileobj(answer, file, 1 << 20)
            return
        except urllib.error.HTTPError as refused:
            if refused.code < 500 or time.monotonic() > deadline:
                raise UserError(f"Cannot read {uri}: {refused.code} {refused.reason}") from refused
        except OSError as unreachable:
            if time.monotonic() > deadline:
                raise UserError(f"Cannot read {uri}: {unreachable}") from unreachable
        time.sleep(pause)
        pause = min(pause * 2, LONGEST_PAUSE_SECONDS)


def _region() -> str:
    return (
        os.environ.get("AWS_REGION")
        or os.environ.get("AWS_DEFAULT_REGION")
        or os.environ.get("SAGEMAKER_REGION")
        or "us-east-1"
    )


def _address(bucket: str, key: str) -> str:
    endpoint = (
        os.environ.get("AWS_ENDPOINT_URL_S3")
        or os.environ.get("AWS_ENDPOINT_URL")
        or os.environ.get("S3_ENDPOINT_URL")
        or f"https://s3.{_region()}.amazonaws.com"
    )
    return f"{endpoint.rstrip('/')}/{bucket}/{urllib.parse.quote(key, safe='/-_.~')}"


def _tls():  # -> ssl.SSLContext | None; ssl is not imported where plain HTTP needs none of it
    bundle = os.environ.get("AWS_CA_BUNDLE")
    if not bundle:
        return None
    import ssl

    return ssl.create_default_context(cafile=bundle)


def _signed_request(bucket: str, key: str) -> urllib.request.Request:
    """A GET signed with Signature Version 4."""
    credentials = aws_credentials.find()
    address = _address(bucket, key)
    parts = urllib.parse.urlsplit(address)
    stamp = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
    headers = {"host": parts.netloc, "x-amz-content-sha256": EMPTY_HASH, "x-amz-date": stamp}
    if credentials.session_token:
        headers["x-amz-security-token"] = credentials.session_token
    signed = ";".join(sorted(headers))
    canonical = "\n".join(
        ["GET", parts.path, "", *(f"{name}:{headers[name]}" for name in sorted(headers)), "", signed, EMPTY_HASH]
    )
    scope = f"{stamp[:8]}/{_region()}/s3/aws4_request"
    to_sign = f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    signing_key = f"AWS4{credentials.secret_access_key}".encode()
    for part in scope.split("/"):
        signing_key = hmac.digest(signing_key, part.encode(), "sha256")
    signature = hmac.digest(signing_key, to_sign.encode(), "sha256").hex()
    authorization = (
        f"AWS4-HMAC-SHA256 Credential={credentials.access_key_id}/{scope}, "
        f"SignedHeaders={signed}, Signature={signature}"
    )
    return urllib.request.Request(address, headers={**headers, "authorization": authorization})
