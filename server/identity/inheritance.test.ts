import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { RoleRequest } from './assume-role.ts';
import type { Caller } from './identity.ts';
import { roles } from './kinds.ts';
import { allowing, code, newHome, newRole, type Opened, opened, policy } from './test-homes.ts';

const trusting = (accountId: string, Action: string[]) =>
  policy({ Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${accountId}:root` }, Action });
const EVERYTHING = ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity'];

/** Two roles that may assume each other, and the way from one session to the next. */
async function chain(use: (next: (caller: Caller, request?: Partial<RoleRequest>) => Caller, it: Opened) => void) {
  await opened(newHome(), async (it) => {
    const { identity, accountId } = it;
    const open = newRole(trusting(accountId, EVERYTHING), { inlinePolicies: { all: allowing('sts:*') } });
    await identity.directory.create(roles, accountId, 'link', open);
    use((caller, request) => {
      const roleArn = `arn:aws:iam::${accountId}:role/link`;
      const common = { roleArn, sessionName: 'session', durationSeconds: 900, conditions: {}, facts: {} };
      return identity.assumeRole(caller, { ...common, ...request }).caller;
    }, it);
  });
}
const rootOf = ({ identity }: Opened) => identity.callerOf(identity.rootAccount.credentials.accessKeyId)!;

describe('a chain of roles', () => {
  it('keeps transitive tags to its end, and no others', () =>
    chain((next, it) => {
      const tags = { team: 'red', desk: '5' };
      const first = next(rootOf(it), { tags, transitiveTagKeys: ['Team'] });
      const third = next(next(first), { tags: { shift: 'late' } });
      assert.deepEqual(third.sessionTags, { team: 'red', shift: 'late' });
    }));

  it('does not let a transitive tag be replaced, nor named without being given', () =>
    chain((next, it) => {
      const first = next(rootOf(it), { tags: { team: 'red' }, transitiveTagKeys: ['team'] });
      assert.throws(() => next(first, { tags: { TEAM: 'blue' } }), code('ValidationError', /conflicts/));
      assert.throws(() => next(rootOf(it), { transitiveTagKeys: ['team'] }), code('ValidationError', /included/));
    }));

  it('keeps the source identity of its beginning', () =>
    chain((next, it) => {
      const first = next(rootOf(it), { sourceIdentity: 'ann' });
      assert.equal(next(first).sourceIdentity, 'ann');
      assert.throws(() => next(first, { sourceIdentity: 'bob' }), code('AccessDeniedException', /source identity/));
    }));

  it('needs the right to set a source identity', async () => {
    await opened(newHome(), async (it) => {
      const { identity, accountId } = it;
      const trust = trusting(accountId, ['sts:AssumeRole']);
      await identity.directory.create(roles, accountId, 'plain', newRole(trust));
      const roleArn = `arn:aws:iam::${accountId}:role/plain`;
      const request = { roleArn, sessionName: 'session', durationSeconds: 900, conditions: {}, facts: {} };
      assert.ok(identity.assumeRole(rootOf(it), request));
      assert.throws(
        () => identity.assumeRole(rootOf(it), { ...request, sourceIdentity: 'ann' }),
        code('AccessDeniedException', /sts:SetSourceIdentity/),
      );
    });
  });
});
