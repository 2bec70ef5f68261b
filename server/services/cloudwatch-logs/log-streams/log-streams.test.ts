import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type * as Sdk from '@aws-sdk/client-cloudwatch-logs';
import { call, GROUP, get, NOW, notFound, put, STREAM, useFreshLogs, withStreams } from '../fixtures.ts';

useFreshLogs();

describe('log streams', () => {
  const describeStreams = (input: Partial<Sdk.DescribeLogStreamsCommandInput>) =>
    call<Sdk.DescribeLogStreamsCommandOutput>('DescribeLogStreams', { logGroupName: GROUP, ...input });
  const allNames = async (input: Partial<Sdk.DescribeLogStreamsCommandInput>) => {
    const names: string[] = [];
    let nextToken: string | undefined;
    do {
      const page = await describeStreams({ limit: 2, ...input, nextToken });
      names.push(...page.logStreams!.map((stream) => stream.logStreamName!));
      nextToken = page.nextToken;
    } while (nextToken);
    return names;
  };

  it('are listed by name or by their last event, either way round', async () => {
    await withStreams('a', 'b', 'c', 'd', 'e');
    await put(['x'], NOW - 3, 'd');
    await put(['x'], NOW - 2, 'a');
    await put(['x'], NOW - 1, 'c');
    assert.deepEqual(await allNames({}), ['a', 'b', 'c', 'd', 'e']);
    assert.deepEqual(await allNames({ descending: true }), ['e', 'd', 'c', 'b', 'a']);
    assert.deepEqual(await allNames({ orderBy: 'LastEventTime' }), ['b', 'e', 'd', 'a', 'c']);
    assert.deepEqual(await allNames({ orderBy: 'LastEventTime', descending: true }), ['c', 'a', 'd', 'e', 'b']);
  });

  it('are found by prefix, but not when ordered by time', async () => {
    await withStreams('job-1/algo-1', 'job-1/algo-2', 'job-10/algo-1');
    assert.deepEqual(await allNames({ logStreamNamePrefix: 'job-1/' }), ['job-1/algo-1', 'job-1/algo-2']);
    assert.deepEqual(await allNames({ logStreamNamePrefix: 'job-1/', descending: true }), [
      'job-1/algo-2',
      'job-1/algo-1',
    ]);
    await assert.rejects(describeStreams({ logStreamNamePrefix: 'a', orderBy: 'LastEventTime' }), {
      message: 'Cannot order by LastEventTime with a logStreamNamePrefix.',
    });
  });

  it('tell the times of their events', async () => {
    await withStreams(STREAM);
    const before = (await describeStreams({})).logStreams![0]!;
    assert.equal(before.firstEventTimestamp, undefined);
    assert.equal(before.lastEventTimestamp, undefined);
    await put(['a', 'b'], NOW - 5000);
    const { logStreams } = await describeStreams({});
    assert.deepEqual(logStreams![0], {
      logStreamName: STREAM,
      creationTime: NOW,
      firstEventTimestamp: NOW - 5000,
      lastEventTimestamp: NOW - 4999,
      lastIngestionTime: NOW,
      uploadSequenceToken: logStreams![0]!.uploadSequenceToken,
      arn: `arn:aws:logs:us-east-1:111122223333:log-group:${GROUP}:log-stream:${STREAM}`,
      storedBytes: 0,
    });
    assert.match(logStreams![0]!.uploadSequenceToken!, /^\d{56}$/);
  });

  it('refuse a token from another list', async () => {
    await withStreams('a', 'b', 'c');
    const { nextToken } = await describeStreams({ limit: 1 });
    await assert.rejects(describeStreams({ limit: 1, descending: true, nextToken }), {
      code: 'InvalidParameterException',
      message: 'The specified nextToken is invalid.',
    });
  });

  it('are gone with their events once deleted', async () => {
    await withStreams(STREAM);
    await put(['x']);
    await assert.rejects(call('CreateLogStream', { logGroupName: GROUP, logStreamName: STREAM }), {
      code: 'ResourceAlreadyExistsException',
      message: 'The specified log stream already exists',
    });
    await call('DeleteLogStream', { logGroupName: GROUP, logStreamName: STREAM });
    await assert.rejects(get(), notFound('stream'));
    const { logGroups } = await call<Sdk.DescribeLogGroupsCommandOutput>('DescribeLogGroups', {});
    assert.equal(logGroups![0]!.storedBytes, 0);
  });
});
