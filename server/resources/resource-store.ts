import type { ServiceError } from '../errors.ts';
import type { Scope } from '../scope.ts';

/**
 * A kind of resource: what the store has to know of it. A feature's `resource.ts` defines one. Documents are plain
 * JSON (dates as ISO strings or epoch milliseconds): what they hold is the feature's affair.
 */
export interface Kind<Doc> {
  /** Unique in the platform, `<service>/<resource>`, such as `sagemaker/training-job`. Never renamed: it is stored. */
  readonly name: string;
  arn(scope: Scope, name: string, doc: Doc): string;
  /** The resource's state as lists filter and sort by it. */
  status?(doc: Doc): string;
  /** A second equality filter, such as the parent's name (a model package's group). */
  parent?(doc: Doc): string | undefined;
  /** True while a controller has something left to do; those are found again after a restart without a scan. */
  isActive?(doc: Doc): boolean;
  /** What a client is told when the resource is not there, or is there already. */
  notFound(name: string, scope: Scope): ServiceError;
  alreadyExists(name: string, scope: Scope): ServiceError;
}

/** As it was when it was read; shared between callers and frozen, the document too. */
export interface Resource<Doc> extends Scope {
  readonly kind: string;
  readonly name: string;
  readonly arn: string;
  readonly doc: Doc;
  /** Rises by one with each change; a new resource has 1. */
  readonly version: number;
  readonly createdAt: Date;
  readonly modifiedAt: Date;
}

/** The identity of a resource, as controllers and the change feed pass it about. */
export interface ResourceKey extends Scope {
  readonly kind: string;
  readonly name: string;
}

export interface ListQuery {
  readonly status?: string;
  readonly parent?: string;
  /** Case-insensitive, as SageMaker's NameContains is. */
  readonly nameContains?: string;
  readonly namePrefix?: string;
  /** `…After` includes the time itself, as SageMaker's filters do, `…Before` does not. */
  readonly createdAfter?: Date;
  readonly createdBefore?: Date;
  readonly modifiedAfter?: Date;
  readonly modifiedBefore?: Date;
  /** By name in ascending order when missing; equals come by name, and names by their UTF-8 bytes. */
  readonly sortBy?: 'name' | 'createdAt' | 'modifiedAt' | 'status';
  readonly order?: 'ascending' | 'descending';
  /** At most this many; 100 when missing. */
  readonly limit?: number;
  /** From the page before. Opaque, bound to kind, scope, filters and order; a foreign one is refused. */
  readonly token?: string;
}

export interface Page<T> {
  readonly items: T[];
  readonly nextToken?: string;
}

export interface Tag {
  readonly Key: string;
  readonly Value: string;
}

export interface Change extends ResourceKey {
  readonly type: 'created' | 'updated' | 'deleted';
  readonly version: number;
}

/** All state that the platform's APIs promise. Every method that changes something has it on disk when it returns. */
export interface ResourceStore {
  /**
   * Throws the kind's `alreadyExists`, also where another name of the kind has the same ARN (SageMaker's leave out the
   * letter case). Of two simultaneous calls one wins.
   */
  create<Doc>(
    kind: Kind<Doc>,
    scope: Scope,
    name: string,
    doc: Doc,
    options?: { tags?: readonly Tag[]; now?: Date },
  ): Promise<Resource<Doc>>;
  /** Throws the kind's `notFound`. */
  get<Doc>(kind: Kind<Doc>, scope: Scope, name: string): Promise<Resource<Doc>>;
  find<Doc>(kind: Kind<Doc>, scope: Scope, name: string): Promise<Resource<Doc> | undefined>;
  findByArn<Doc>(kind: Kind<Doc>, arn: string): Promise<Resource<Doc> | undefined>;
  /** Any kind: for what works on ARNs alone, such as tags. */
  findAnyByArn(arn: string): Promise<Resource<unknown> | undefined>;
  /**
   * Applies `change` to the newest document and writes it if nobody else wrote meanwhile, else applies it again to the
   * newer one. `change` is pure, may throw to refuse, and returns the same object to leave things as they are.
   * Throws the kind's `notFound`.
   */
  update<Doc>(
    kind: Kind<Doc>,
    scope: Scope,
    name: string,
    change: (doc: Doc, resource: Resource<Doc>) => Doc,
    options?: { now?: Date },
  ): Promise<Resource<Doc>>;
  /**
   * Takes the resource and its tags away. `check` sees the newest document in the same transaction and may throw to
   * refuse. Throws the kind's `notFound`.
   */
  delete<Doc>(kind: Kind<Doc>, scope: Scope, name: string, check?: (doc: Doc) => void): Promise<void>;
  list<Doc>(kind: Kind<Doc>, scope: Scope, query?: ListQuery): Promise<Page<Resource<Doc>>>;
  /** Resources of the kind in every scope for which `isActive` holds: what controllers take up after a start. */
  active<Doc>(kind: Kind<Doc>): AsyncIterable<Resource<Doc>>;
  count<Doc>(kind: Kind<Doc>, scope: Scope, query?: Pick<ListQuery, 'status' | 'parent'>): Promise<number>;

  /** Tags of any ARN. At most 50 a resource (throws). Order: by key. */
  tags(arn: string): Promise<Tag[]>;
  addTags(arn: string, tags: readonly Tag[]): Promise<Tag[]>;
  removeTags(arn: string, keys: readonly string[]): Promise<void>;

  /** Called after a change is on disk, in order, for every kind. Returns the way to stop. */
  onChange(listener: (change: Change) => void): () => void;
  /** Empties everything (`reset`, ephemeral mode). */
  clear(): Promise<void>;
  close(): Promise<void>;
}
