"""CloudWatch metrics through boto3: put, read as statistics and as data, listed, searched."""

from datetime import datetime, timedelta, timezone

import boto3
import pytest

NAMESPACE = "e2e/metrics"
MINUTE = timedelta(minutes=1)


@pytest.fixture(scope="module")
def cloudwatch(wildsage):
    return boto3.client("cloudwatch")


@pytest.fixture(scope="module")
def start(cloudwatch) -> datetime:
    """The time of the first of ten values of `latency`, one a minute, for each of two variants."""
    start = datetime.now(timezone.utc).replace(second=0, microsecond=0) - 30 * MINUTE
    for variant, factor in (("blue", 1), ("green", 10)):
        cloudwatch.put_metric_data(
            Namespace=NAMESPACE,
            MetricData=[
                {
                    "MetricName": "latency",
                    "Dimensions": dimensions(variant),
                    "Timestamp": start + n * MINUTE,
                    "Values": [float(factor * (value + 1)) for value in range(100)],
                    "Unit": "Milliseconds",
                }
                for n in range(10)
            ],
        )
    return start


def dimensions(variant: str) -> list[dict[str, str]]:
    return [{"Name": "Endpoint", "Value": "churn"}, {"Name": "Variant", "Value": variant}]


def latency(id: str, variant: str, stat: str, period: int = 60) -> dict:
    metric = {"Namespace": NAMESPACE, "MetricName": "latency", "Dimensions": dimensions(variant)}
    return {"Id": id, "MetricStat": {"Metric": metric, "Period": period, "Stat": stat}}


def test_gives_statistics_and_percentiles(cloudwatch, start):
    metric = {"Namespace": NAMESPACE, "MetricName": "latency", "Dimensions": dimensions("blue")}
    window = {"StartTime": start, "EndTime": start + 10 * MINUTE, "Period": 300}
    points = cloudwatch.get_metric_statistics(**metric, **window, Statistics=["SampleCount", "Average", "Maximum"])
    first, second = sorted(points["Datapoints"], key=lambda point: point["Timestamp"])
    assert (first["Timestamp"], second["Timestamp"]) == (start, start + 5 * MINUTE)
    assert {**first, "Timestamp": None} == {
        **{"Timestamp": None, "SampleCount": 500, "Average": 50.5, "Maximum": 100, "Unit": "Milliseconds"}
    }
    extended = cloudwatch.get_metric_statistics(**metric, **window, ExtendedStatistics=["p50", "p99.5", "tm90"])
    assert extended["Datapoints"][0]["ExtendedStatistics"] == {"p50": 50, "p99.5": 100, "tm90": 45.5}
    with pytest.raises(cloudwatch.exceptions.InvalidParameterCombinationException, match="exceeds the limit of 1,440"):
        cloudwatch.get_metric_statistics(
            **metric, StartTime=start - timedelta(days=2), EndTime=start, Period=60, Statistics=["Sum"]
        )


def test_gives_data_page_by_page_with_expressions(cloudwatch, start):
    pages = cloudwatch.get_paginator("get_metric_data").paginate(
        MetricDataQueries=[
            latency("blue", "blue", "p99"),
            {**latency("green", "green", "p99"), "ReturnData": False},
            {"Id": "ratio", "Expression": "green / blue", "Label": "${LABEL} at most ${MAX}"},
        ],
        StartTime=start,
        EndTime=start + 10 * MINUTE,
        ScanBy="TimestampAscending",
        PaginationConfig={"PageSize": 4},
    )
    seen: dict[str, list[float]] = {}
    for result in pages.search("MetricDataResults[]"):
        assert result["Label"] in ("latency", "ratio at most 10")
        seen.setdefault(result["Id"], []).extend(result["Values"])
    assert seen == {"blue": [99.0] * 10, "ratio": [10.0] * 10}


def test_searches_for_metrics(cloudwatch, start):
    search = "SEARCH('{%s,Endpoint,Variant} MetricName=\"latency\"', 'Maximum', 600)" % NAMESPACE
    results = cloudwatch.get_metric_data(
        MetricDataQueries=[{"Id": "all", "Expression": search}], StartTime=start, EndTime=start + 10 * MINUTE
    )["MetricDataResults"]
    assert {result["Label"]: result["Values"] for result in results} == {"blue": [100], "green": [1000]}


def test_lists_metrics_by_dimension(cloudwatch, start):
    pages = cloudwatch.get_paginator("list_metrics")

    def variants(*dimension: dict[str, str]) -> list[str]:
        found = pages.paginate(Namespace=NAMESPACE, Dimensions=list(dimension), RecentlyActive="PT3H")
        return list(found.search("Metrics[].Dimensions[?Name=='Variant'].Value[]"))

    assert variants({"Name": "Endpoint"}) == ["blue", "green"]
    assert variants({"Name": "Variant", "Value": "green"}) == ["green"]
    assert variants({"Name": "Variant", "Value": "red"}) == []


def test_refuses_what_cannot_be_meant(cloudwatch):
    def put(**datum) -> None:
        cloudwatch.put_metric_data(Namespace=NAMESPACE, MetricData=[{"MetricName": "wrong", **datum}])

    with pytest.raises(cloudwatch.exceptions.InvalidParameterCombinationException, match="mutually exclusive"):
        put(Value=1, Values=[1])
    with pytest.raises(cloudwatch.exceptions.InvalidParameterValueException, match="two weeks"):
        put(Value=1, Timestamp=datetime.now(timezone.utc) - timedelta(days=15))
    with pytest.raises(cloudwatch.exceptions.InvalidParameterValueException):
        cloudwatch.put_metric_data(Namespace="AWS/SageMaker", MetricData=[{"MetricName": "Invocations", "Value": 1}])
    assert cloudwatch.list_metrics(Namespace=NAMESPACE, MetricName="wrong")["Metrics"] == []
