import type { Change, Kind, Resource, ResourceKey, ResourceStore } from '../resources/resource-store.ts';
import { awsManagedPolicy } from './aws-managed-policies.ts';
import {
  type AccessKey,
  accessKeys,
  type Group,
  groups,
  type InstanceProfile,
  iamScope,
  instanceProfiles,
  type ManagedPolicy,
  managedPolicies,
  policyNotFound,
  type Role,
  roles,
  type User,
  users,
} from './kinds.ts';
import { ofFirstPartition } from './policies/partitions.ts';

type Table<Doc> = Map<string, Resource<Doc>>;

/**
 * Everything that IAM knows, in memory as the store has it on disk, so that a request's rights are worked out without
 * waiting. Whoever writes IAM resources does it here: when a write returns, the next request sees it.
 */
export interface Directory {
  user(accountId: string, name: string): Resource<User> | undefined;
  role(accountId: string, name: string): Resource<Role> | undefined;
  group(accountId: string, name: string): Resource<Group> | undefined;
  policy(accountId: string, name: string): Resource<ManagedPolicy> | undefined;
  instanceProfile(accountId: string, name: string): Resource<InstanceProfile> | undefined;
  /** In any account. */
  accessKey(id: string): Resource<AccessKey> | undefined;
  /** The default version's text of a managed policy, the account's own or one of AWS's. */
  policyDocument(arn: string): string | undefined;
  all<Doc>(kind: Kind<Doc>, accountId: string): Resource<Doc>[];
  /** Rises with every change: what was worked out under another number is out of date. */
  readonly generation: number;

  /** As the store's own, in the account's IAM scope. */
  create<Doc>(kind: Kind<Doc>, accountId: string, name: string, doc: Doc): Promise<Resource<Doc>>;
  update<Doc>(kind: Kind<Doc>, accountId: string, name: string, change: (doc: Doc) => Doc): Promise<Resource<Doc>>;
  delete<Doc>(kind: Kind<Doc>, accountId: string, name: string, check?: (doc: Doc) => void): Promise<void>;
  /** Reads everything afresh, after the store was emptied. */
  reload(): Promise<void>;
}

// biome-ignore lint/suspicious/noExplicitAny: a table for each kind, whose document types differ
const kinds = [users, roles, groups, managedPolicies, instanceProfiles, accessKeys] as readonly Kind<any>[];

export async function openDirectory(resources: ResourceStore): Promise<Directory> {
  const directory = new InMemoryDirectory(resources);
  await directory.reload();
  resources.onChange((change) => directory.follow(change));
  return directory;
}

const keyOf = (accountId: string, name: string): string => `${accountId}/${name}`;

class InMemoryDirectory implements Directory {
  generation = 1;
  readonly #resources: ResourceStore;
  #tables = new Map<string, Table<unknown>>();
  /** Reads happen one after the other, so that an older state never replaces a newer one. */
  #reading: Promise<void> = Promise.resolve();

  constructor(resources: ResourceStore) {
    this.#resources = resources;
  }

  user = (accountId: string, name: string) => this.#find(users, accountId, name);
  role = (accountId: string, name: string) => this.#find(roles, accountId, name);
  group = (accountId: string, name: string) => this.#find(groups, accountId, name);
  policy = (accountId: string, name: string) => this.#find(managedPolicies, accountId, name);
  instanceProfile = (accountId: string, name: string) => this.#find(instanceProfiles, accountId, name);
  accessKey = (id: string) => this.#table(accessKeys).get(id);

  policyDocument(given: string): string | undefined {
    const arn = ofFirstPartition(given);
    const [, , , accountId = '', resource = ''] = arn.split(':').slice(1);
    if (accountId === 'aws') return awsManagedPolicy(arn)?.document;
    const policy = this.policy(accountId, resource.slice(resource.lastIndexOf('/') + 1));
    if (policy?.arn !== arn) return undefined;
    const { versions, defaultVersionId } = policy.doc;
    return versions.find(({ id }) => id === defaultVersionId)?.document;
  }

  all<Doc>(kind: Kind<Doc>, accountId: string): Resource<Doc>[] {
    return [...this.#table(kind).values()].filter((resource) => resource.accountId === accountId);
  }

  async create<Doc>(kind: Kind<Doc>, accountId: string, name: string, doc: Doc) {
    const made = await this.#resources.create(kind, iamScope(accountId), name, doc);
    await this.#refresh(kind, made);
    return made;
  }

  async update<Doc>(kind: Kind<Doc>, accountId: string, name: string, change: (doc: Doc) => Doc) {
    const changed = await this.#resources.update(kind, iamScope(accountId), name, change);
    await this.#refresh(kind, changed);
    return changed;
  }

  async delete<Doc>(kind: Kind<Doc>, accountId: string, name: string, check?: (doc: Doc) => void) {
    await this.#resources.delete(kind, iamScope(accountId), name, check);
    await this.#refresh(kind, { kind: kind.name, ...iamScope(accountId), name });
  }

  async reload(): Promise<void> {
    const tables = new Map<string, Table<unknown>>();
    for (const kind of kinds) {
      const table: Table<unknown> = new Map();
      for await (const resource of this.#resources.active(kind)) table.set(tableKey(kind, resource), resource);
      tables.set(kind.name, table);
    }
    this.#tables = tables;
    this.generation++;
  }

  follow(change: Change): void {
    const kind = kinds.find(({ name }) => name === change.kind);
    // Own writes are read again by whoever made them, who also hears of a failure.
    if (kind) this.#refresh(kind, change).catch(() => {});
  }

  #refresh<Doc>(kind: Kind<Doc>, key: ResourceKey): Promise<void> {
    const read = this.#reading.then(async () => {
      const resource = await this.#resources.find(kind, key, key.name);
      if (resource) this.#table(kind).set(tableKey(kind, key), resource);
      else this.#table(kind).delete(tableKey(kind, key));
      this.generation++;
    });
    this.#reading = read.catch(() => {});
    return read;
  }

  #find<Doc>(kind: Kind<Doc>, accountId: string, name: string): Resource<Doc> | undefined {
    return this.#table(kind).get(keyOf(accountId, name));
  }

  #table<Doc>(kind: Kind<Doc>): Table<Doc> {
    let table = this.#tables.get(kind.name);
    if (!table) {
      table = new Map();
      this.#tables.set(kind.name, table);
    }
    return table as Table<Doc>;
  }
}

/** Access keys are found by their id alone, in any account. */
const tableKey = (kind: Kind<never>, { accountId, name }: ResourceKey): string =>
  kind.name === accessKeys.name ? name : keyOf(accountId, name);

/** Throws NoSuchEntity unless a managed policy of this ARN exists. */
export function requirePolicy(directory: Directory, arn: string): string {
  const document = directory.policyDocument(arn);
  if (document === undefined) throw policyNotFound(arn);
  return document;
}
