import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { commandFor } from './command.ts';
import { parseImage } from './image.ts';
import { loadRuntimes } from './table.ts';

describe('parseImage', () => {
  const cases: [image: string, repository: string, tag: string | undefined][] = [
    ['683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1', 'sagemaker-xgboost', '1.7-1'],
    [
      '1.dkr.ecr.cn-north-1.amazonaws.com.cn/sagemaker-scikit-learn:1.2-1-cpu-py3',
      'sagemaker-scikit-learn',
      '1.2-1-cpu-py3',
    ],
    ['localhost:5000/team/image', 'team/image', 'latest'],
    ['sagemaker-xgboost:1.7-1', 'sagemaker-xgboost', '1.7-1'],
    ['registry.example.com/x@sha256:0123', 'x', undefined],
    ['registry.example.com/x:1@sha256:0123', 'x', '1'],
  ];
  for (const [image, repository, tag] of cases) {
    it(`takes ${image} apart`, () =>
      assert.partialDeepStrictEqual({ tag: undefined, ...parseImage(image) }, { repository, tag }));
  }
});

describe('runtimes', () => {
  let home: string;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'wildsage-runtimes-'));
  });
  afterEach(() => rmSync(home, { recursive: true, force: true }));
  const own = (...runtimes: unknown[]) => {
    writeFileSync(join(home, 'runtimes.json'), JSON.stringify(runtimes));
    return loadRuntimes(home);
  };

  it('come with the platform: SageMaker’s images of any account and region', () => {
    const table = loadRuntimes(home);
    const xgboost = table.find('683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1');
    assert.ok(xgboost.train?.includes('xgboost'));
    assert.ok(existsSync(xgboost.requirements ?? ''));
    assert.ok(table.find('sagemaker-scikit-learn:1.2-1-cpu-py3').serve?.length);
  });

  it('say which tags of a repository run', () => {
    assert.throws(() => loadRuntimes(home).find('sagemaker-xgboost:9'), {
      code: 'ValidationException',
      message: /^No runtime for image "sagemaker-xgboost:9"\. Tags of sagemaker-xgboost that run: .*1\.7-1/,
    });
  });

  it('may be a user’s own, which goes before the platform’s', () => {
    const table = own({
      name: 'mine',
      repositories: ['sagemaker-xgboost'],
      tags: ['1.7-*'],
      requirements: 'r.txt',
      train: ['t'],
    });
    const runtime = table.find('sagemaker-xgboost:1.7-1');
    assert.equal(runtime.name, 'mine');
    assert.equal(runtime.requirements, join(home, 'r.txt'));
  });

  it('take any version for a digest without a tag', () => {
    assert.equal(own({ name: 'a', repositories: ['a'], tags: ['1'] }).find('a@sha256:00').name, 'a');
  });

  it('say what is wrong with the file', () => {
    assert.throws(() => own({ name: 'a b' }), /runtimes\.json, runtime 1: "name" must be letters/);
    assert.throws(() => own({ name: 'a', repositories: 'x' }), /runtime 1: "repositories" must be an array of texts/);
    writeFileSync(join(home, 'runtimes.json'), '{');
    assert.throws(() => loadRuntimes(home), /runtimes\.json is not JSON/);
  });
});

describe('commandFor', () => {
  const runtime = {
    name: 'r',
    repositories: [],
    tags: [],
    train: ['python', 'train.py'],
    enter: ['enter'],
    environment: {},
    pythonPath: [],
  };
  const command = (workload: { type?: 'job' | 'server'; entrypoint?: string[]; arguments?: string[] }) =>
    commandFor(runtime, { type: 'job', image: 'i', ...workload });

  it('is the image’s own, which the argument names or the type', () => {
    assert.deepEqual(command({}), ['python', 'train.py']);
    assert.deepEqual(command({ arguments: ['train'] }), ['python', 'train.py']);
    assert.deepEqual(command({ type: 'server', arguments: ['train', '-v'] }), ['python', 'train.py', '-v']);
  });

  it('is the workload’s entry point where it has one', () => {
    assert.deepEqual(command({ entrypoint: ['sh'], arguments: ['-c', 'x'] }), ['enter', 'sh', '-c', 'x']);
  });

  it('is refused when the image cannot do it', () => {
    assert.throws(() => command({ arguments: ['serve'] }), /The runtime "r" of image "i" cannot serve/);
  });
});
