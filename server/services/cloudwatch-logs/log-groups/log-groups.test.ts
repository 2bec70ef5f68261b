import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type * as Sdk from '@aws-sdk/client-cloudwatch-logs';
import {
  call,
  context,
  GROUP,
  get,
  NOW,
  notFound,
  put,
  STREAM,
  texts,
  useFreshLogs,
  withStreams,
} from '../fixtures.ts';

useFreshLogs();

describe('log groups', () => {
  it('are described as they were made, in order of name, page by page', async () => {
    for (const name of ['b', 'a', 'c', 'app/x']) await call('CreateLogGroup', { logGroupName: name });
    const names: string[] = [];
    let nextToken: string | undefined;
    do {
      const page = await call<Sdk.DescribeLogGroupsCommandOutput>('DescribeLogGroups', { limit: 2, nextToken });
      names.push(...page.logGroups!.map((group) => group.logGroupName!));
      nextToken = page.nextToken;
    } while (nextToken);
    assert.deepEqual(names, ['a', 'app/x', 'b', 'c']);
    const { logGroups } = await call<Sdk.DescribeLogGroupsCommandOutput>('DescribeLogGroups', {
      logGroupNamePrefix: 'app/',
    });
    assert.deepEqual(JSON.parse(JSON.stringify(logGroups)), [
      {
        logGroupName: 'app/x',
        creationTime: NOW,
        metricFilterCount: 0,
        arn: 'arn:aws:logs:us-east-1:111122223333:log-group:app/x:*',
        logGroupArn: 'arn:aws:logs:us-east-1:111122223333:log-group:app/x',
        storedBytes: 0,
        logGroupClass: 'STANDARD',
      },
    ]);
  });

  it('are found by a part of the name', async () => {
    for (const logGroupName of ['one/data', 'data', 'Data', 'other']) await call('CreateLogGroup', { logGroupName });
    const described = await call<Sdk.DescribeLogGroupsCommandOutput>('DescribeLogGroups', {
      logGroupNamePattern: 'data',
    });
    assert.deepEqual(
      described.logGroups!.map((group) => group.logGroupName),
      ['data', 'one/data'],
    );
    const listed = await call<Sdk.ListLogGroupsCommandOutput>('ListLogGroups', { logGroupNamePattern: '^dat|oth' });
    assert.deepEqual(
      listed.logGroups!.map((group) => group.logGroupName),
      ['data', 'other'],
    );
  });

  it('belong to one region of one account', async () => {
    await call('CreateLogGroup', { logGroupName: 'a' });
    const elsewhere = { ...context, region: 'eu-west-1' };
    const { logGroups } = await call<Sdk.DescribeLogGroupsCommandOutput>('DescribeLogGroups', {}, elsewhere);
    assert.deepEqual(logGroups, []);
  });

  it('cannot be made twice, nor used when they are not there', async () => {
    await call('CreateLogGroup', { logGroupName: 'a' });
    await assert.rejects(call('CreateLogGroup', { logGroupName: 'a' }), {
      code: 'ResourceAlreadyExistsException',
      message: 'The specified log group already exists',
    });
    await assert.rejects(call('DeleteLogGroup', { logGroupName: 'b' }), notFound('group'));
    await assert.rejects(get(), notFound('group'));
  });

  it('take their streams, events and tags with them', async () => {
    await withStreams(STREAM);
    await put(['old']);
    await call('TagLogGroup', { logGroupName: GROUP, tags: { a: '1' } });
    await call('DeleteLogGroup', { logGroupName: GROUP });
    await withStreams(STREAM);
    assert.deepEqual(texts(await get({ startFromHead: true })), []);
    assert.deepEqual(await call('ListTagsLogGroup', { logGroupName: GROUP }), { tags: {} });
  });

  it('are kept while they are protected', async () => {
    await call('CreateLogGroup', { logGroupName: 'a', deletionProtectionEnabled: true });
    await assert.rejects(call('DeleteLogGroup', { logGroupName: 'a' }), { code: 'ValidationException' });
    await call('PutLogGroupDeletionProtection', { logGroupIdentifier: 'a', deletionProtectionEnabled: false });
    await call('DeleteLogGroup', { logGroupName: 'a' });
  });

  it('keep a retention of days that CloudWatch knows', async () => {
    await call('CreateLogGroup', { logGroupName: 'a' });
    const retention = async () =>
      (await call<Sdk.DescribeLogGroupsCommandOutput>('DescribeLogGroups', {})).logGroups![0]!.retentionInDays;
    await call('PutRetentionPolicy', { logGroupName: 'a', retentionInDays: 7 });
    assert.equal(await retention(), 7);
    await assert.rejects(call('PutRetentionPolicy', { logGroupName: 'a', retentionInDays: 8 }), {
      code: 'InvalidParameterException',
    });
    await call('DeleteRetentionPolicy', { logGroupName: 'a' });
    assert.equal(await retention(), undefined);
  });

  it('carry tags, by name and by ARN', async () => {
    await call('CreateLogGroup', { logGroupName: 'a', tags: { team: 'x' } });
    const resourceArn = 'arn:aws:logs:us-east-1:111122223333:log-group:a';
    await call('TagResource', { resourceArn, tags: { stage: 'dev' } });
    await call('UntagLogGroup', { logGroupName: 'a', tags: ['team'] });
    assert.deepEqual(await call('ListTagsForResource', { resourceArn }), { tags: { stage: 'dev' } });
    await assert.rejects(call('ListTagsForResource', { resourceArn: `${resourceArn}b` }), {
      code: 'ResourceNotFoundException',
    });
    const many = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`k${index}`, '']));
    await assert.rejects(call('TagResource', { resourceArn, tags: many }), { code: 'TooManyTagsException' });
  });
});
