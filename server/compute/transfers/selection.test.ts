import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseManifest, pathBelowPrefix, shardOf } from './selection.ts';
import { attributesOf } from './stream.ts';

describe('pathBelowPrefix', () => {
  const cases: [prefix: string, key: string, path: string][] = [
    ['data/train/', 'data/train/a.csv', 'a.csv'],
    ['data/train', 'data/train/a.csv', 'a.csv'],
    ['data/train', 'data/train/more/a.csv', 'more/a.csv'],
    ['data/train', 'data/train.csv', 'train.csv'],
    ['data/train.csv', 'data/train.csv', 'train.csv'],
    ['data/tr', 'data/train/a.csv', 'train/a.csv'],
    ['train.csv', 'train.csv', 'train.csv'],
    ['', 'a/b.csv', 'a/b.csv'],
    ['data/', 'data//a.csv', 'a.csv'],
  ];
  for (const [prefix, key, path] of cases) {
    it(`puts ${key} of the prefix "${prefix}" at ${path}`, () => assert.equal(pathBelowPrefix(prefix, key), path));
  }
});

describe('parseManifest', () => {
  it('takes a prefix and the names below it', () => {
    const text = '[{"prefix": "s3://b/p/"}, "a", "b/c"]';
    assert.deepEqual(parseManifest(text, 's3://b/m'), { prefix: 's3://b/p/', paths: ['a', 'b/c'] });
  });

  it('says how a manifest has to look', () => {
    for (const text of ['', '{}', '[]', '["a"]', '[{"prefix": "s3://b/"}, 1]']) {
      assert.throws(() => parseManifest(text, 's3://b/m'), /The manifest s3:\/\/b\/m must be a JSON array/);
    }
  });
});

describe('shardOf', () => {
  it('deals objects out one by one', () => {
    assert.deepEqual(
      [0, 1].map((host) => shardOf(['a', 'b', 'c'], host, 2)),
      [['a', 'c'], ['b']],
    );
  });
});

describe('attributesOf', () => {
  const input = {
    path: '/opt/ml/input/data/train',
    s3Uri: 's3://b/m',
    source: 'AugmentedManifestFile',
    mode: 'Pipe',
    attributeNames: ['source-ref', 'label'],
  } as const;

  it('gives references as objects and everything else as it stands', () => {
    const line = '{"source-ref": "s3://bucket/img/1.jpg", "label": {"class": 1}, "other": 2}';
    assert.deepEqual(attributesOf(line, input, 1), [
      { object: { bucket: 'bucket', key: 'img/1.jpg', size: 0, path: '1.jpg' } },
      { text: '{"class":1}' },
    ]);
  });

  it('names the line that lacks an attribute or is no JSON', () => {
    assert.throws(() => attributesOf('{"label": 1}', input, 7), /Line 7 .* has no attribute "source-ref"/);
    assert.throws(() => attributesOf('no', input, 8), /Line 8 .* is not JSON/);
  });
});
