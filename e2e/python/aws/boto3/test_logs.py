"""CloudWatch Logs through boto3: written, read in both directions, searched, followed."""

import time
from collections.abc import Iterator

import boto3
import pytest

DAY_MS = 24 * 60 * 60 * 1000


@pytest.fixture(scope="module")
def logs(wildsage):
    return boto3.client("logs")


@pytest.fixture
def group(logs, name) -> Iterator[str]:
    group = name("group")
    logs.create_log_group(logGroupName=group, tags={"team": "vision"})
    logs.create_log_stream(logGroupName=group, logStreamName="one")
    yield group
    logs.delete_log_group(logGroupName=group)


def put(logs, group: str, *messages: str, stream: str = "one", at: int | None = None) -> dict:
    start = int(time.time() * 1000) if at is None else at
    events = [{"timestamp": start + index, "message": message} for index, message in enumerate(messages)]
    return logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=events)


def messages(page: dict) -> list[str]:
    return [event["message"] for event in page["events"]]


def test_reads_both_ways_until_the_token_comes_back(logs, group):
    written = [f"line {n}" for n in range(25)]
    put(logs, group, *written, at=int(time.time() * 1000) - 1000)
    stream = {"logGroupName": group, "logStreamName": "one", "limit": 10}
    for token, options in (("nextForwardToken", {"startFromHead": True}), ("nextBackwardToken", {})):
        page = logs.get_log_events(**stream, **options)
        seen = messages(page)
        while True:
            following = logs.get_log_events(**stream, **options, nextToken=page[token])
            if following[token] == page[token]:
                break
            seen = seen + messages(following) if options else messages(following) + seen
            page = following
        assert seen == written
    # What comes later is found behind the last forward token.
    end = logs.get_log_events(**stream)["nextForwardToken"]
    assert messages(logs.get_log_events(**stream, nextToken=end)) == []
    put(logs, group, "later")
    assert messages(logs.get_log_events(**stream, nextToken=end)) == ["later"]


def test_tells_which_events_were_too_old_or_too_new(logs, group):
    now = int(time.time() * 1000)
    times = [now - 15 * DAY_MS, now, now + DAY_MS]
    answer = logs.put_log_events(
        logGroupName=group,
        logStreamName="one",
        logEvents=[{"timestamp": at, "message": str(at)} for at in times],
        sequenceToken="ignored",
    )
    assert answer["rejectedLogEventsInfo"] == {"tooOldLogEventEndIndex": 1, "tooNewLogEventStartIndex": 2}
    assert messages(logs.get_log_events(logGroupName=group, logStreamName="one")) == [str(now)]


def test_searches_all_streams_with_the_paginator(logs, group):
    logs.create_log_stream(logGroupName=group, logStreamName="two")
    now = int(time.time() * 1000) - 1000
    put(logs, group, "loss 3", '{"loss": 2}', "ERROR out of data", at=now)
    put(logs, group, "loss 1", "WARN slow", stream="two", at=now + 10)

    def found(pattern: str) -> list[str]:
        pages = logs.get_paginator("filter_log_events").paginate(
            logGroupName=group, filterPattern=pattern, PaginationConfig={"PageSize": 1}
        )
        return list(pages.search("events[].message"))

    assert found("") == ["loss 3", '{"loss": 2}', "ERROR out of data", "loss 1", "WARN slow"]
    assert found("loss -1") == ["loss 3", '{"loss": 2}']
    assert found("?ERROR ?WARN") == ["ERROR out of data", "WARN slow"]
    assert found('"out of"') == ["ERROR out of data"]
    assert found("{ $.loss < 3 }") == ['{"loss": 2}']
    assert found("[word = loss, value > 2]") == ["loss 3"]
    assert found("%^[A-Z]+ %") == ["ERROR out of data", "WARN slow"]
    with pytest.raises(logs.exceptions.InvalidParameterException):
        found("{ $.loss < ")


def test_follows_as_the_tail_of_the_command_line_does(logs, group):
    """From the newest time on, again and again; what comes twice is told by its id."""
    seen: dict[str, str] = {}
    start = 0
    for round in range(3):
        put(logs, group, f"{round} a", f"{round} b")
        page = logs.filter_log_events(logGroupName=group, startTime=start, interleaved=True)
        seen |= {event["eventId"]: event["message"] for event in page["events"]}
        start = max(event["timestamp"] for event in page["events"])
    assert list(seen.values()) == ["0 a", "0 b", "1 a", "1 b", "2 a", "2 b"]


def test_lists_streams_by_name_and_by_last_event(logs, group):
    now = int(time.time() * 1000)
    for stream, at in (("job-1/algo-1", now - 5000), ("job-2/algo-1", now)):
        logs.create_log_stream(logGroupName=group, logStreamName=stream)
        put(logs, group, "x", stream=stream, at=at)
    pages = logs.get_paginator("describe_log_streams")

    def names(**query) -> list[str]:
        found = pages.paginate(logGroupName=group, PaginationConfig={"PageSize": 1}, **query)
        return list(found.search("logStreams[].logStreamName"))

    assert names(logStreamNamePrefix="job-") == ["job-1/algo-1", "job-2/algo-1"]
    assert names(orderBy="LastEventTime", descending=True) == ["job-2/algo-1", "job-1/algo-1", "one"]
    (described,) = logs.describe_log_streams(logGroupName=group, logStreamNamePrefix="job-2")["logStreams"]
    assert described["lastEventTimestamp"] == now


def test_keeps_groups_with_retention_and_tags(logs, group):
    logs.put_retention_policy(logGroupName=group, retentionInDays=7)
    (described,) = logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]
    assert described["retentionInDays"] == 7
    assert described["arn"] == f"{described['logGroupArn']}:*"
    assert logs.list_tags_for_resource(resourceArn=described["logGroupArn"])["tags"] == {"team": "vision"}
    with pytest.raises(logs.exceptions.ResourceAlreadyExistsException):
        logs.create_log_group(logGroupName=group)
    with pytest.raises(logs.exceptions.ResourceNotFoundException, match="log stream does not exist"):
        logs.get_log_events(logGroupName=group, logStreamName="never")
