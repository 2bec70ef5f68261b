// biome-ignore-all lint/suspicious/noTemplateCurlyInString: policy variables look like this
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { globMatcher } from './pattern.ts';
import { allow, check, IMPLICIT, type Json } from './scenarios.ts';

const when = (Condition: Json) => [allow({ Condition })];
const ownFolder = [allow({ Resource: 'arn:aws:s3:::bucket/${aws:username}/*' })];
const on = 'arn:aws:s3:::bucket/ann/x';

check('policy variables', [
  { name: 'take their value', identity: ownFolder, on, context: { 'aws:username': 'ann' }, is: 'allowed' },
  { name: 'of another value do not fit', identity: ownFolder, on, context: { 'aws:username': 'bob' }, is: IMPLICIT },
  { name: 'without a value fit nothing', identity: ownFolder, on, is: IMPLICIT },
  { name: 'are not patterns themselves', identity: ownFolder, on, context: { 'aws:username': '*' }, is: IMPLICIT },
  {
    name: 'may have a default',
    identity: [allow({ Resource: "arn:aws:s3:::bucket/${aws:PrincipalTag/team, 'ann'}/*" })],
    on,
    is: 'allowed',
  },
  {
    name: 'spell stars',
    identity: [allow({ Resource: 'arn:aws:s3:::bucket/${*}' })],
    on: 'arn:aws:s3:::bucket/*',
    is: 'allowed',
  },
  {
    name: 'spell stars that are only stars',
    identity: [allow({ Resource: 'arn:aws:s3:::bucket/${*}' })],
    is: IMPLICIT,
  },
  {
    name: 'stand in conditions',
    identity: when({ StringEquals: { 's3:prefix': 'home/${aws:username}' } }),
    context: { 'aws:username': 'ann', 's3:prefix': 'home/ann' },
    is: 'allowed',
  },
]);

describe('patterns', () => {
  it('end on hostile input', () => {
    const matches = globMatcher(`${'*a'.repeat(2000)}b`);
    assert.equal(matches('a'.repeat(4000)), false);
  });

  it('may be empty, and stars may stand for nothing', () => {
    assert.equal(globMatcher('')(''), true);
    assert.equal(globMatcher('**')(''), true);
    assert.equal(globMatcher('a*b*c')('abc'), true);
    assert.equal(globMatcher('?')(''), false);
  });
});
