import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseS3Uri } from './s3-uri.ts';

describe('parseS3Uri', () => {
  it('splits bucket and key', () => {
    assert.deepEqual(parseS3Uri('s3://bucket/a/b c'), { bucket: 'bucket', key: 'a/b c' });
    assert.deepEqual(parseS3Uri('s3://bucket'), { bucket: 'bucket', key: '' });
    assert.deepEqual(parseS3Uri('s3://bucket//a'), { bucket: 'bucket', key: '/a' });
  });

  it('says what was expected', () => {
    for (const uri of ['', 'bucket/key', 'https://bucket/key', 's3://', 's3:///key', 's3://Not_A_Bucket/key']) {
      assert.throws(() => parseS3Uri(uri), { code: 'ValidationException', message: /expected s3:\/\/BUCKET/ });
    }
  });
});
