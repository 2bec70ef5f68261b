// biome-ignore-all lint/suspicious/noTemplateCurlyInString: policy variables look like this
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ServiceError } from '../../errors.ts';
import { compilePolicy } from './compile.ts';
import type { PolicyUse } from './document.ts';
import { allow, deny, document, USER } from './scenarios.ts';

describe('documents', () => {
  const refused: [string, string, PolicyUse, RegExp][] = [
    ['no JSON', '{', 'identity', /invalid Json/],
    ['no object', '[]', 'identity', /Syntax errors/],
    ['no statement', '{"Version":"2012-10-17"}', 'identity', /Syntax errors/],
    ['another version', '{"Version":"2020-01-01","Statement":[]}', 'identity', /valid version string/],
    ['an unknown field', document(allow({ Foo: 1 })), 'identity', /Syntax errors/],
    ['no effect', document({ Action: '*', Resource: '*' }), 'identity', /Syntax errors/],
    ['no action', document({ Effect: 'Allow', Resource: '*' }), 'identity', /must contain actions/],
    ['an action without service', document(allow({ Action: 'GetObject' })), 'identity', /prefaced by a vendor/],
    ['no resource', document({ Effect: 'Allow', Action: '*' }), 'identity', /must contain resources/],
    [
      'a resource that is no ARN',
      document(allow({ Resource: 'bucket' })),
      'identity',
      /Resource bucket must be in ARN format or "\*"/,
    ],
    ['a principal of a user', document(allow({ Principal: '*' })), 'identity', /should not specify a principal/],
    [
      'no principal to trust',
      document({ Effect: 'Allow', Action: 'sts:AssumeRole' }),
      'trust',
      /Missing required field Principal/,
    ],
    [
      'a resource to trust',
      document(allow({ Action: 'sts:AssumeRole', Principal: '*' })),
      'trust',
      /prohibited field Resource/,
    ],
    [
      'an unknown operator',
      document(allow({ Condition: { StringSame: { a: 'b' } } })),
      'identity',
      /Invalid Condition type : StringSame/,
    ],
    [
      'an inherited operator',
      document(allow({ Condition: { constructor: { a: 'b' } } })),
      'identity',
      /Invalid Condition type/,
    ],
    [
      'another service to trust for',
      document({ Effect: 'Allow', Action: 's3:GetObject', Principal: '*' }),
      'trust',
      /only specify STS AssumeRole actions/,
    ],
    [
      'a principal to trust that is none',
      document({ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { AWS: 'someone' } }),
      'trust',
      /Invalid principal in policy: "AWS":"someone"/,
    ],
    ['a Sid with spaces', document(allow({ Sid: 'a b' })), 'identity', /\(SID\) must be alpha-numeric/],
    ['a Sid twice', document(allow({ Sid: 'a' }), deny({ Sid: 'a' })), 'identity', /must be unique/],
  ];
  for (const [name, text, use, message] of refused) {
    it(`are refused with ${name}`, () =>
      assert.throws(
        () => compilePolicy(text, use),
        (error) => {
          assert.ok(error instanceof ServiceError);
          assert.equal(error.code, 'MalformedPolicyDocument');
          assert.match(error.message, message);
          return true;
        },
      ));
  }

  it('of the old version have no variables', () => {
    const old = JSON.stringify({ Statement: allow({ Resource: 'arn:aws:s3:::${aws:username}' }) });
    const policy = compilePolicy(old);
    const ask = (resource: string) =>
      policy.statements[0]!.applies({ action: 'a:b', resource, principal: USER, value: () => 'ann' });
    assert.equal(ask('arn:aws:s3:::ann'), false);
    assert.equal(ask('arn:aws:s3:::${aws:username}'), true);
  });
});
