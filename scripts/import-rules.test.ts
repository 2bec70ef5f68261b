import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { brokenRules, importsOf, refusal } from './import-rules.ts';

const training = 'server/services/sagemaker/training-jobs/controller.ts';

describe('importsOf', () => {
  it('finds imports in every form, with their lines', () => {
    const source = [
      "import './effect.ts';",
      "import fs from 'node:fs';",
      "import type { A } from './a.ts';",
      'import {',
      '  b,',
      '  type C,',
      "} from './b.ts';",
      "export * from './c.ts';",
      "export { d } from './d.ts';",
      "const later = () => import('./e.ts');",
    ].join('\n');
    assert.deepEqual(
      importsOf(source).map(({ specifier, line }) => [specifier, line]),
      [
        ['./effect.ts', 1],
        ['node:fs', 2],
        ['./a.ts', 3],
        ['./b.ts', 4],
        ['./c.ts', 8],
        ['./d.ts', 9],
        ['./e.ts', 10],
      ],
    );
  });

  it('passes over comments and over exports of declarations', () => {
    const source =
      "// import './a.ts';\n/* import './b.ts'; */\nexport const from = 'here';\nexport type X = 'from';\n";
    assert.deepEqual(importsOf(source), []);
  });
});

describe('refusal', () => {
  const allowed: [string, string][] = [
    [training, 'server/services/sagemaker/training-jobs/resource.ts'],
    [training, 'server/resources/resource-store.ts'],
    [training, 'server/errors.ts'],
    [training, 'server/services/sagemaker/names.ts'],
    [training, 'server/services/sagemaker/models/index.ts'],
    ['server/services/sagemaker/index.ts', 'server/services/sagemaker/training-jobs/index.ts'],
    ['server/services/features.ts', 'server/services/s3/index.ts'],
    ['server/services/sts/operations.ts', 'server/identity/identity.ts'],
    ['server/compute/process/process.ts', 'server/objects/object-store.ts'],
    ['server/main.ts', 'server/services/features.ts'],
    ['server/cli/program.ts', 'server/main.ts'],
    ['server/platform.ts', 'server/compute/workload.ts'],
    ['server/objects/files.test.ts', 'server/identity/identity.ts'],
  ];
  for (const [from, to] of allowed) it(`lets ${from} import ${to}`, () => assert.equal(refusal(from, to), undefined));

  const refused: [string, string, RegExp][] = [
    [training, 'server/services/sagemaker/models/resource.ts', /another room/],
    [training, 'server/services/s3/operations.ts', /another room/],
    [training, 'server/gateway/steps.ts', /not on gateway/],
    [training, 'server/main.ts', /only server\/cli/],
    ['server/services/sagemaker/index.ts', 'server/services/sagemaker/training-jobs/resource.ts', /index\.ts/],
    ['server/resources/sqlite.ts', 'server/compute/workload.ts', /not on compute/],
    ['server/objects/files.ts', 'server/identity/identity.ts', /not on identity/],
    ['server/gateway/steps.ts', 'scripts/test.ts', /outside/],
    ['server/attic/a.ts', 'server/resources/resource-store.ts', /no place/],
    ['server/services/s3/s3.test.ts', 'server/services/sts/operations.ts', /another room/],
  ];
  for (const [from, to, reason] of refused) {
    it(`keeps ${from} from importing ${to}`, () => assert.match(refusal(from, to) ?? '', reason));
  }
});

describe('brokenRules', () => {
  it('names the file, the line and the reason', () => {
    const source = "import { a } from 'packages';\nimport { b } from '../models/resource.ts';\n";
    const [line] = brokenRules(training, source);
    assert.match(
      line ?? '',
      /^server\/services\/sagemaker\/training-jobs\/controller\.ts:2: imports server\/services\//,
    );
  });
});
