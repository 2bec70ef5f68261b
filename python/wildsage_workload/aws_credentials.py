"""The workload's AWS credentials, found where every AWS SDK looks, without the half second an SDK takes to load."""

import json
import os
import urllib.request
from typing import NamedTuple

TIMEOUT_SECONDS = 10


class Credentials(NamedTuple):
    access_key_id: str
    secret_access_key: str
    session_token: str | None


def find() -> Credentials:
    """From the environment, else from the container credentials endpoint. Raises LookupError when there are none."""
    if os.environ.get("AWS_ACCESS_KEY_ID") and os.environ.get("AWS_SECRET_ACCESS_KEY"):
        return Credentials(
            os.environ["AWS_ACCESS_KEY_ID"],
            os.environ["AWS_SECRET_ACCESS_KEY"],
            os.environ.get("AWS_SESSION_TOKEN") or None,
        )
    address = os.environ.get("AWS_CONTAINER_CREDENTIALS_FULL_URI")
    if address:
        return _from_endpoint(address)
    raise LookupError("No AWS credentials: neither AWS_ACCESS_KEY_ID nor AWS_CONTAINER_CREDENTIALS_FULL_URI is set")


def _from_endpoint(address: str) -> Credentials:
    request = urllib.request.Request(address)
    token = _token()
    if token:
        request.add_header("Authorization", token)
    # The endpoint is on this machine: a proxy that is set for everything else must not see the request.
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with direct.open(request, timeout=TIMEOUT_SECONDS) as response:
        answer = json.load(response)
    return Credentials(answer["AccessKeyId"], answer["SecretAccessKey"], answer.get("Token"))


def _token() -> str | None:
    file = os.environ.get("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE")
    if file:
        with open(file, encoding="utf-8") as content:
            return content.read().strip()
    return os.environ.get("AWS_CONTAINER_AUTHORIZATION_TOKEN")
