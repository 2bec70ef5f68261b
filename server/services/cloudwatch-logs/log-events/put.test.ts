import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import type * as Sdk from '@aws-sdk/client-cloudwatch-logs';
import { call, GROUP, get, HOUR, NOW, notFound, put, STREAM, texts, useFreshLogs, withStreams } from '../fixtures.ts';

useFreshLogs();

describe('PutLogEvents', () => {
  beforeEach(() => withStreams(STREAM));

  it('takes what is neither too old nor too new, and tells what it did not take', async () => {
    const at = (hours: number) => ({ timestamp: NOW + hours * HOUR, message: `${hours}` });
    const answer = await call<Sdk.PutLogEventsCommandOutput>('PutLogEvents', {
      logGroupName: GROUP,
      logStreamName: STREAM,
      logEvents: [at(-15 * 24), at(-14 * 24 - 1), at(-1), at(0), at(2), at(3)],
    });
    assert.deepEqual(answer.rejectedLogEventsInfo, {
      tooOldLogEventEndIndex: 2,
      expiredLogEventEndIndex: undefined,
      tooNewLogEventStartIndex: 5,
    });
    assert.deepEqual(texts(await get()), ['-1', '0', '2']);
  });

  it('takes nothing that retention would take away at once', async () => {
    await call('PutRetentionPolicy', { logGroupName: GROUP, retentionInDays: 1 });
    const answer = await put(['a'], NOW - 25 * HOUR);
    assert.equal(answer.rejectedLogEventsInfo?.expiredLogEventEndIndex, 1);
    assert.deepEqual(texts(await get()), []);
  });

  const refused: [what: string, logEvents: { timestamp: number; message: string }[], message: string][] = [
    [
      'disorder',
      [
        { timestamp: NOW, message: 'a' },
        { timestamp: NOW - 1, message: 'b' },
      ],
      'Log events in a single PutLogEvents request must be in chronological order.',
    ],
    [
      'more than a day',
      [
        { timestamp: NOW - 25 * HOUR, message: 'a' },
        { timestamp: NOW, message: 'b' },
      ],
      'The batch of log events in a single PutLogEvents request cannot span more than 24 hours.',
    ],
    [
      'more than a megabyte with 26 bytes for each event',
      Array.from({ length: 1024 }, () => ({ timestamp: NOW, message: 'x'.repeat(999) })),
      'Upload too large: 1049600 bytes exceeds limit of 1048576',
    ],
    [
      'an event of more than a megabyte',
      [{ timestamp: NOW, message: 'é'.repeat(512 * 1024) }],
      'Log event too large: 1048602 bytes exceeds limit of 1048576',
    ],
  ];
  for (const [what, logEvents, message] of refused) {
    it(`refuses ${what}`, async () => {
      const input = { logGroupName: GROUP, logStreamName: STREAM, logEvents };
      await assert.rejects(call('PutLogEvents', input), { code: 'InvalidParameterException', message });
      assert.deepEqual(texts(await get()), []);
    });
  }

  it('wants the stream to be there', async () => {
    await assert.rejects(put(['a'], NOW, 'other'), notFound('stream'));
  });
});
