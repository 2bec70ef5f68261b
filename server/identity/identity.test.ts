import assert from 'node:assert/strict';
import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { paths } from '../config.ts';
import { newKeyId } from './ids.ts';
import { roles, users } from './kinds.ts';

import {
  allowing,
  clock,
  code,
  executionRole,
  newHome,
  newRole,
  newUser,
  opened,
  policy,
  SAGEMAKER,
  userKey,
  wait,
} from './test-homes.ts';

describe('the first account', () => {
  it('is made once, in a file that only its owner can read', async () => {
    const home = newHome();
    const first = await opened(home, async ({ identity }) => identity.rootAccount);
    assert.match(first.accountId, /^\d{12}$/);
    assert.match(first.credentials.accessKeyId, /^AKIA[A-Z2-7]{16}$/);
    assert.equal(first.credentials.secretAccessKey.length, 40);
    assert.equal(statSync(paths(home).credentials).mode & 0o777, 0o600);
    const second = await opened(home, async ({ identity }) => identity.rootAccount);
    assert.deepEqual(second, first);
  });

  it('tells the command line what it needs', async () => {
    const home = newHome();
    await opened(home, async ({ accountId }) => {
      const file = JSON.parse(readFileSync(paths(home).credentials, 'utf8'));
      assert.equal(file.accountId, accountId);
      assert.equal(file.region, 'us-east-1');
      assert.equal(file.roleArn, executionRole(accountId));
    });
  });

  it('may be given', async () => {
    const rootCredentials = { accessKeyId: 'AKIAGIVEN', secretAccessKey: 'given' };
    const home = newHome();
    await opened(
      home,
      async ({ identity }) => {
        assert.equal(identity.rootAccount.accountId, '000000000001');
        assert.deepEqual(identity.rootAccount.credentials, rootCredentials);
        assert.equal(identity.callerOf('AKIAGIVEN')?.arn, 'arn:aws:iam::000000000001:root');
      },
      { accountId: '000000000001', rootCredentials },
    );
  });

  it('is not guessed when the file is damaged', async () => {
    const home = newHome();
    await opened(home, async () => {});
    writeFileSync(paths(home).credentials, '{"accountId":"1');
    await assert.rejects(
      opened(home, async () => {}),
      /credentials\.json is damaged: .* Restore it from a backup/,
    );
  });

  it('leaves no half-written file', async () => {
    const home = newHome();
    chmodSync(home, 0o700);
    await opened(home, async () => {});
    assert.ok(existsSync(paths(home).credentials));
    const { readdirSync } = await import('node:fs');
    assert.deepEqual(
      readdirSync(home).filter((name) => name.startsWith('credentials')),
      ['credentials.json'],
    );
  });
});

describe('keys', () => {
  it('belong to a user of any account, and outlive a restart', async () => {
    const home = newHome();
    const [own, foreign] = await opened(home, async (it) => [
      await userKey(it, 'ann'),
      await userKey(it, 'eve', undefined, '999988887777'),
    ]);
    await opened(home, async ({ identity, accountId }) => {
      assert.equal(identity.callerOf(own)?.arn, `arn:aws:iam::${accountId}:user/ann`);
      assert.equal(identity.callerOf(foreign)?.accountId, '999988887777');
    });
  });

  it('are nowhere in the store in clear', async () => {
    const home = newHome();
    await opened(home, async (it) => {
      const id = newKeyId('AKIA', it.accountId);
      const sealed = it.identity.sealSecret(id, 'a-secret-in-clear');
      assert.ok(!sealed.includes('a-secret'));
      assert.notEqual(sealed, it.identity.sealSecret(id, 'a-secret-in-clear'));
    });
  });

  it('do not pass to a user of the same name', async () => {
    await opened(newHome(), async (it) => {
      const { identity, accountId } = it;
      const key = await userKey(it, 'ann');
      await identity.directory.delete(users, accountId, 'ann');
      assert.equal(identity.callerOf(key), undefined);
      await identity.directory.create(users, accountId, 'ann', newUser());
      assert.equal(identity.callerOf(key), undefined);
    });
  });

  it('are known as soon as anyone has written them to the store', async () => {
    await opened(newHome(), async ({ identity, resources, accountId }) => {
      await resources.create(roles, { accountId, region: '' }, 'r', newRole(policy()));
      await resources.find(roles, { accountId, region: '' }, 'r');
      assert.ok(identity.directory.role(accountId, 'r'));
    });
  });
});

describe('sessions', () => {
  it('outlive a restart and end in time', async () => {
    const home = newHome();
    const { accessKeyId, sessionToken, expiration } = await opened(home, async ({ identity, accountId }) => {
      const { caller, credentials } = await identity.assumeForService(executionRole(accountId), SAGEMAKER, 'job', {
        durationSeconds: 900,
      });
      assert.equal(caller.arn, `arn:aws:sts::${accountId}:assumed-role/AmazonSageMaker-ExecutionRole/job`);
      assert.match(credentials.accessKeyId, /^ASIA/);
      return credentials;
    });
    assert.equal(expiration?.getTime(), clock.now().getTime() + 900_000);
    await opened(home, async ({ identity, accountId }) => {
      assert.equal(identity.callerOf(accessKeyId, sessionToken)?.roleArn, executionRole(accountId));
      wait(899_000);
      assert.ok(identity.callerOf(accessKeyId, sessionToken));
      wait(1_000);
      assert.equal(identity.callerOf(accessKeyId, sessionToken), undefined);
    });
  });

  it('need their token, and no other', async () => {
    await opened(newHome(), async ({ identity, accountId }) => {
      const start = () => identity.assumeForService(executionRole(accountId), SAGEMAKER, 'job');
      const [{ credentials: one }, { credentials: two }] = [await start(), await start()];
      assert.equal(identity.callerOf(one.accessKeyId), undefined);
      assert.equal(identity.callerOf(one.accessKeyId, two.sessionToken), undefined);
      assert.equal(identity.callerOf(one.accessKeyId, `A${one.sessionToken!.slice(1)}`), undefined);
      assert.equal(identity.callerOf(identity.rootAccount.credentials.accessKeyId, one.sessionToken), undefined);
      assert.ok(identity.callerOf(one.accessKeyId, one.sessionToken));
    });
  });

  it('of another home are refused', async () => {
    const given = { accountId: '111122223333' };
    const foreign = await opened(
      newHome(),
      async ({ identity, accountId }) => identity.assumeForService(executionRole(accountId), SAGEMAKER, 's'),
      given,
    );
    const { accessKeyId, sessionToken } = foreign.credentials;
    await opened(
      newHome(),
      async ({ identity }) => assert.equal(identity.callerOf(accessKeyId, sessionToken), undefined),
      given,
    );
  });

  it('end with their role, even when another one has its name', async () => {
    await opened(newHome(), async ({ identity, accountId }) => {
      const trust = policy({ Effect: 'Allow', Principal: { Service: SAGEMAKER }, Action: 'sts:AssumeRole' });
      await identity.directory.create(roles, accountId, 'r', newRole(trust));
      const arn = `arn:aws:iam::${accountId}:role/r`;
      const { credentials } = await identity.assumeForService(arn, SAGEMAKER, 's');
      await identity.directory.delete(roles, accountId, 'r');
      assert.equal(identity.callerOf(credentials.accessKeyId, credentials.sessionToken), undefined);
      await identity.directory.create(roles, accountId, 'r', newRole(trust));
      assert.equal(identity.callerOf(credentials.accessKeyId, credentials.sessionToken), undefined);
    });
  });
});

describe('a service', () => {
  it('assumes only roles that are there and trust it', async () => {
    await opened(newHome(), async ({ identity, accountId }) => {
      for (const [arn, service] of [
        [executionRole(accountId), 'lambda.amazonaws.com'],
        [`arn:aws:iam::${accountId}:role/none`, SAGEMAKER],
        ['nonsense', SAGEMAKER],
      ] as const) {
        await assert.rejects(
          identity.assumeForService(arn, service, 's'),
          code('ValidationException', /^Could not assume role .* allows principal '.*' to assume the role\.$/),
        );
      }
    });
  });

  it('is asked for the account it acts for', async () => {
    await opened(newHome(), async ({ identity, accountId }) => {
      const trust = (source: string) =>
        policy({
          Effect: 'Allow',
          Principal: { Service: SAGEMAKER },
          Action: 'sts:AssumeRole',
          Condition: { StringEquals: { 'aws:SourceAccount': source } },
        });
      await identity.directory.create(roles, accountId, 'own', newRole(trust(accountId)));
      await identity.directory.create(roles, accountId, 'other', newRole(trust('999988887777')));
      assert.ok(await identity.assumeForService(`arn:aws:iam::${accountId}:role/own`, SAGEMAKER, 's'));
      await assert.rejects(identity.assumeForService(`arn:aws:iam::${accountId}:role/other`, SAGEMAKER, 's'));
    });
  });

  it('is asked for the resource it acts for', async () => {
    await opened(newHome(), async ({ identity, accountId }) => {
      const jobs = `arn:aws:sagemaker:*:${accountId}:training-job/*`;
      const trust = policy({
        Effect: 'Allow',
        Principal: { Service: SAGEMAKER },
        Action: 'sts:AssumeRole',
        Condition: { ArnLike: { 'aws:SourceArn': jobs } },
      });
      await identity.directory.create(roles, accountId, 'jobs', newRole(trust));
      const assume = (resource: string) =>
        identity.assumeForService(`arn:aws:iam::${accountId}:role/jobs`, SAGEMAKER, 's', {
          sourceArn: `arn:aws:sagemaker:us-east-1:${accountId}:${resource}`,
        });
      assert.ok(await assume('training-job/j'));
      await assert.rejects(assume('model/m'), code('ValidationException'));
    });
  });
});

describe('clear', () => {
  it('leaves a home as after its first start, with the same root key', async () => {
    await opened(newHome(), async (it) => {
      const { identity, resources, accountId } = it;
      const key = await userKey(it, 'ann', allowing('*'));
      const { credentials } = await identity.assumeForService(executionRole(accountId), SAGEMAKER, 's');
      await resources.clear();
      await identity.clear();
      assert.equal(identity.callerOf(key), undefined);
      assert.equal(identity.callerOf(credentials.accessKeyId, credentials.sessionToken), undefined);
      assert.ok(identity.directory.role(accountId, 'SageMakerRole'));
      assert.equal(identity.callerOf(identity.rootAccount.credentials.accessKeyId)?.kind, 'root');
    });
  });
});
