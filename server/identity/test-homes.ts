import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { type Config, paths } from '../config.ts';
import { ServiceError } from '../errors.ts';
import { silentLogger } from '../logger.ts';
import { openResourceStore } from '../resources/index.ts';
import type { ResourceStore } from '../resources/resource-store.ts';
import type { Identity } from './identity.ts';
import { newId, newKeyId } from './ids.ts';
import { openIdentity } from './index.ts';
import { accessKeys, type Role, type User, users } from './kinds.ts';

/** Homes and principals for this floor's tests; the clock is moved by `wait`. */
const folder = mkdtempSync(join(tmpdir(), 'identity-'));
after(() => rmSync(folder, { recursive: true }));

let homes = 0;
export const newHome = () => mkdtempSync(join(folder, `${homes++}-`));

let now = Date.UTC(2026, 10, 23, 12);

export const wait = (milliseconds: number) => {
  now += milliseconds;
};
export const clock = { now: () => new Date(now) };
export const foundations = { clock, log: silentLogger };

export interface Opened {
  readonly identity: Identity;
  readonly resources: ResourceStore;
  readonly accountId: string;
}

/** Opens a home as a server would, and closes its store after `use`. */
export async function opened<T>(
  home: string,
  use: (opened: Opened) => Promise<T>,
  more: Partial<Config> = {},
): Promise<T> {
  const config = { home, region: 'us-east-1', ...more } as Config;
  const resources = await openResourceStore({ path: paths(home).resources }, foundations);
  try {
    const identity = await openIdentity({ config, resources, ...foundations });
    return await use({ identity, resources, accountId: identity.rootAccount.accountId });
  } finally {
    await resources.close();
  }
}

export const policy = (...Statement: object[]) => JSON.stringify({ Version: '2012-10-17', Statement });
export const allowing = (Action: string, Resource = '*') => policy({ Effect: 'Allow', Action, Resource });
export const entity = {
  path: '/',
  createdAt: clock.now().toISOString(),
  inlinePolicies: {},
  attachedPolicies: [],
  tags: [],
};
export const newUser = (own?: string): User => ({
  ...entity,
  id: newId('AIDA'),
  groups: [],
  inlinePolicies: own ? { own } : {},
});
export const newRole = (trustPolicy: string, rest: Partial<Role> = {}): Role => ({
  ...entity,
  id: newId('AROA'),
  trustPolicy,
  maxSessionSeconds: 3600,
  ...rest,
});

export async function userKey(
  { identity, accountId }: Opened,
  name: string,
  own?: string,
  account = accountId,
): Promise<string> {
  const user = await identity.directory.create(users, account, name, newUser(own));
  const id = newKeyId('AKIA', account);
  await identity.directory.create(accessKeys, account, id, {
    userName: name,
    userId: user.doc.id,
    sealedSecret: identity.sealSecret(id, 'secret'),
    status: 'Active',
    createdAt: entity.createdAt,
  });
  return id;
}

export const code = (expected: string, message?: RegExp) => (error: unknown) => {
  assert.ok(error instanceof ServiceError, String(error));
  assert.equal(error.code, expected, error.message);
  if (message) assert.match(error.message, message);
  return true;
};

export const SAGEMAKER = 'sagemaker.amazonaws.com';
export const executionRole = (accountId: string) => `arn:aws:iam::${accountId}:role/AmazonSageMaker-ExecutionRole`;
export const model = { action: 'sagemaker:CreateModel', resource: 'arn:aws:sagemaker:us-east-1:1:model/m' };
