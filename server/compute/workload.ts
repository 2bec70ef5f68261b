import type { Credentials } from '../identity/identity.ts';
import type { ResourceKey } from '../resources/resource-store.ts';
import { arnOf, type Scope } from '../scope.ts';
import type { MetricFilter } from '../telemetry/telemetry.ts';

/** Anything that runs. Plain JSON: it is kept on disk beside the running processes. */
export interface Workload {
  /** Unique in the platform and deterministic: made from the resource's identity, so that starting twice is one start. */
  readonly name: string;
  /** Jobs run to completion, servers stay up. */
  readonly type: 'job' | 'server';
  /** The resource it belongs to, woken whenever something changes here. */
  readonly owner: ResourceKey;
  readonly scope: Scope;
  /** Its permissions: for its inputs and outputs, and for the credentials that it finds inside. */
  readonly roleArn?: string;
  readonly image: string;
  /** Override the image's own; a SageMaker image has an entry point and is given the argument `train` or `serve`. */
  readonly entrypoint?: readonly string[];
  readonly arguments?: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** With groups: the type of the first one, and the count of all together. */
  readonly instanceType: string;
  readonly instanceCount: number;
  /** Missing: all instances are alike. */
  readonly instanceGroups?: readonly InstanceGroup[];
  /** Files that are there before it starts, on every instance. */
  readonly files?: readonly WorkloadFile[];
  readonly inputs?: readonly WorkloadInput[];
  readonly outputs?: readonly WorkloadOutput[];
  /** Port that a server listens on inside (8080). */
  readonly port?: number;
  /** A server counts as running when GET of this path answers 200. */
  readonly healthPath?: string;
  readonly networkIsolation?: boolean;
  /** Counted from the first line of the user's program. */
  readonly maxRuntimeSeconds?: number;
  /** How long a server may take to become healthy, from the start of its program; 600 when missing. */
  readonly startTimeoutSeconds?: number;
  /** SIGTERM, then SIGKILL after this; 120 when missing. */
  readonly stopGraceSeconds?: number;
  /** Where it is published what each instance uses of processor, memory and disk, and with which dimensions. */
  readonly usage?: {
    readonly namespace: string;
    /** One for each instance. */
    readonly dimensions: readonly Readonly<Record<string, string>>[];
  };
  readonly logs: {
    readonly group: string;
    /** One for each instance. */
    readonly streams: readonly string[];
    readonly metrics?: {
      readonly filters: readonly MetricFilter[];
      readonly namespace: string;
      readonly dimensions: Readonly<Record<string, string>>;
    };
  };
}

/** The ARN of the resource that a workload belongs to, as a role's trust policy may ask for it (`aws:SourceArn`). */
export function ownerArn({ owner, scope }: Pick<Workload, 'owner' | 'scope'>): string {
  const [service = '', type = ''] = owner.kind.split('/');
  return arnOf(scope, service, `${type}/${owner.name}`);
}

/** Instances of one type within a cluster of several. */
export interface InstanceGroup {
  readonly name: string;
  readonly instanceType: string;
  readonly instanceCount: number;
}

/** Without `groups` it is on every instance. */
export interface WorkloadFile {
  readonly path: string;
  readonly content: string;
  readonly groups?: readonly string[];
}

/** Data that is fetched before the program starts (or streamed to it: Pipe). */
export interface WorkloadInput {
  /** Such as `/opt/ml/input/data/train`. */
  readonly path: string;
  readonly s3Uri: string;
  readonly source: 'S3Prefix' | 'ManifestFile' | 'AugmentedManifestFile' | 'S3Object';
  readonly mode: 'File' | 'FastFile' | 'Pipe';
  readonly distribution?: 'FullyReplicated' | 'ShardedByS3Key';
  readonly compression?: 'None' | 'Gzip';
  /** Unpack a `.tar.gz` into `path` (model artifacts). */
  readonly unpack?: boolean;
  readonly recordWrapper?: 'None' | 'RecordIO';
  readonly attributeNames?: readonly string[];
  readonly shuffleSeed?: number;
  /** The groups whose instances get it; missing: all. */
  readonly groups?: readonly string[];
}

/** A directory whose content goes to S3. */
export interface WorkloadOutput {
  readonly path: string;
  /** With `form` `tar.gz` the object's whole name, else a prefix. */
  readonly s3Uri: string;
  readonly form: 'tar.gz' | 'files';
  /** `Continuous`: as files appear, while it runs (checkpoints); the last state once more at the end. */
  readonly when: 'EndOfJob' | 'Continuous';
  /** Fetch what is at `s3Uri` first (checkpoints). */
  readonly restore?: boolean;
  /** Nothing is written for an empty directory. Else an empty archive is. */
  readonly skipEmpty?: boolean;
  /** Stored also when the program failed; else only after success or a stop. Checkpoints always are. */
  readonly evenWhenFailed?: boolean;
}

/**
 * How far a workload is. `queued`: waits for capacity. `preparing`: the runtime is made ready. Then inputs are
 * fetched, it runs, outputs are stored, and it has `exited` (kept until removed, so that its outcome can be read).
 */
export type Phase = 'absent' | 'queued' | 'preparing' | 'downloading' | 'starting' | 'running' | 'uploading' | 'exited';

/** How it ended. */
export type Outcome =
  | { readonly kind: 'succeeded' }
  | { readonly kind: 'stopped'; readonly because: 'asked' | 'max-runtime' }
  | {
      readonly kind: 'failed';
      /** What went wrong: the user's program, its data, its outputs, our preparation, or the machine. */
      readonly at: 'program' | 'input' | 'output' | 'runtime' | 'health' | 'machine';
      readonly exitCode?: number;
      readonly signal?: string;
      /** For people: the content of /opt/ml/output/failure, or what the step said. */
      readonly message: string;
    };

export interface Observation {
  readonly phase: Phase;
  /** What it is doing or waiting for, for people: "Waiting for capacity: needs 16 GiB, 3 GiB are free". */
  readonly message?: string;
  /** When each phase was entered, in order. Dates as ISO strings. */
  readonly history: readonly { readonly phase: Phase; readonly at: string; readonly message?: string }[];
  readonly instances: readonly InstanceObservation[];
  readonly outcome?: Outcome;
}

export interface InstanceObservation {
  /** `algo-1` … */
  readonly host: string;
  readonly state: 'starting' | 'running' | 'exited';
  /** `127.0.0.1:34567`, where the workload's port answers. */
  readonly address?: string;
  readonly healthy?: boolean;
  /** How many times a server was started again after it died. */
  readonly restarts?: number;
}

/** The part of a workload that says what it runs on. */
export type InstancesOf = Pick<Workload, 'type' | 'instanceType' | 'instanceCount' | 'instanceGroups'>;

/** Runs workloads. One backend is behind it at a time; each passes the same conformance suite. */
export interface Compute {
  /** Records the workload on disk and begins. Does nothing when one of that name is there, running or exited. */
  start(workload: Workload): Promise<void>;
  observe(name: string): Promise<Observation>;
  /** Asks to stop; returns at once. Outputs are stored all the same (SageMaker keeps a stopped job's model). */
  stop(name: string): Promise<void>;
  /** Stops if need be, then forgets it and frees its disk. Does nothing when absent. */
  remove(name: string): Promise<void>;
  /**
   * Throws ValidationException when the image is unknown or cannot run here, or an instance type is unknown, and
   * ResourceLimitExceeded for more instances than this machine could hold at any time.
   */
  check(image: string, instances?: InstancesOf): void;
  /** The image by the digest that its tag means now, as ECR tells it. Throws ValidationException when it is unknown. */
  resolve(image: string): string;
  /** What `AWS_CONTAINER_CREDENTIALS_FULL_URI` inside a workload answers; undefined for an unknown token. */
  credentials(token: string): Promise<Credentials | undefined>;
  /** Called with the owner after each change of phase, health or instance state. */
  onChange(listener: (owner: ResourceKey) => void): () => void;
  /** Ends all workloads and forgets them (ephemeral reset). */
  clear(): Promise<void>;
  /** Leaves workloads running: they are taken up again at the next start. */
  close(): Promise<void>;
}
