"""Makes calls with boto3 and tells how long each took.

Reads JSON lines `{"service", "endpoint", "calls": [{"method", "parameters"}]}` and answers each with a line
`{"seconds": [...]}`, or `{"error": ...}`.
"""

import json
import sys
from functools import cache
from time import perf_counter
from typing import Any

import boto3
from botocore.config import Config


@cache
def client(service: str, endpoint: str) -> Any:
    return boto3.client(service, endpoint_url=endpoint, config=Config(retries={"total_max_attempts": 1}))


def seconds(service: str, endpoint: str, calls: list[dict[str, Any]]) -> list[float]:
    target = client(service, endpoint)
    times = []
    for call in calls:
        method = getattr(target, call["method"])
        began = perf_counter()
        method(**call["parameters"])
        times.append(perf_counter() - began)
    return times


for line in sys.stdin:
    try:
        answer: dict[str, Any] = {"seconds": seconds(**json.loads(line))}
    except Exception as error:
        answer = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(answer), flush=True)
