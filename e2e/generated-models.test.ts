import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { constraintsOf, floatsOf } from '../scripts/generate-models.ts';
import { pythonEnvironment } from '../scripts/set-up/python.ts';
import { services } from '../server/models/services.ts';

const root = join(import.meta.dirname, '..');

describe('the generated models', () => {
  let data: string;
  before(async () => {
    const environment = await pythonEnvironment('aws', join(root, 'e2e', 'requirements', 'aws.txt'));
    [data = ''] = globSync(join(environment, 'lib', 'python3*', 'site-packages', 'botocore', 'data'));
  });

  const kept = (name: string) => readFileSync(join(root, 'server', 'models', 'generated', `${name}.json`), 'utf8');
  const advice = (name: string) => `${name}.json is out of date: npm run generate:models -- ${data}`;

  for (const { id, botocoreName } of services) {
    it(`are, for ${id}, what botocore's models give`, () => {
      assert.ok(constraintsOf(data, botocoreName) === kept(id), advice(id));
    });
  }

  it('know the floating-point members that botocore knows', () => {
    assert.ok(floatsOf(data, services) === kept('floats'), advice('floats'));
  });
});
