import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { imagesIn, resolveImage } from './runtime-images.ts';
import { loadRuntimes } from './table.ts';

describe('resolveImage', () => {
  const table = loadRuntimes('/nowhere');
  const registry = '683313688378.dkr.ecr.us-east-1.amazonaws.com';
  const [xgboost] = imagesIn(table.runtimes, 'sagemaker-xgboost');

  it('puts the digest that the registry tells in place of tag or digest', () => {
    const resolved = `${registry}/sagemaker-xgboost@${xgboost?.digest}`;
    assert.equal(resolveImage(table, `${registry}/sagemaker-xgboost:${xgboost?.tags[0]}`), resolved);
    assert.equal(resolveImage(table, `${registry}/sagemaker-xgboost@sha256:0`), resolved);
    assert.match(resolveImage(table, 'localhost:5000/sagemaker-xgboost:1.7-1'), /^localhost:5000\/[a-z-]+@sha256:/);
  });

  it('refuses an image without a runtime', () => {
    assert.throws(() => resolveImage(table, 'nobody/knows:1'), { code: 'ValidationException' });
  });
});
