import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import type { Permission } from '../operations.ts';
import type { Tag } from '../resources/resource-store.ts';
import type { RoleAssumption } from './assume-role.ts';
import type { Directory } from './directory.ts';
import type { FormFields } from './form-signature.ts';

/** Who asks. `kind` `anonymous` only where a service allows it (public S3 objects). */
export interface Caller {
  readonly kind: 'root' | 'user' | 'assumed-role' | 'session' | 'anonymous';
  readonly accountId: string;
  /** As GetCallerIdentity gives it: for a role `arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION`. */
  readonly arn: string;
  readonly userId: string;
  readonly accessKeyId: string;
  /** For an assumed role: the role's own ARN and name. */
  readonly roleArn?: string;
  /** For a federated user: the IAM user whose rights it has a part of. */
  readonly userArn?: string;
  /** Policies that narrow this one session down (JSON texts, or managed policies' ARNs), its tags, and when it began. */
  readonly sessionPolicies?: readonly string[];
  readonly sessionTags?: Readonly<Record<string, string>>;
  readonly issuedAt?: Date;
  /** Keys of the session tags that pass on to every role which the session assumes. */
  readonly transitiveTagKeys?: readonly string[];
  /** Who is behind a session, as its first role was told; every role assumed from it has the same. */
  readonly sourceIdentity?: string;
}

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
}

/** The parts of a request that a signature covers. `path` and `query` are raw, exactly as they came. */
export interface RequestHead {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: IncomingHttpHeaders;
}

/** How the payload is to be checked and unwrapped, from x-amz-content-sha256. */
export type PayloadCheck =
  /** `verified`: the hash was taken from the body itself, so that the signature has proved it already. */
  | { readonly kind: 'sha256'; readonly hex: string; readonly verified?: boolean }
  | { readonly kind: 'unsigned' }
  | {
      readonly kind: 'aws-chunked';
      /** Present when each chunk carries a signature. */
      readonly signing?: { readonly key: Buffer; readonly date: string; readonly scope: string; readonly seed: string };
      readonly trailer: boolean;
      readonly decodedLength?: number;
    };

export interface Authenticated {
  readonly caller: Caller;
  /** From the credential scope; '' for signatures of version 2, which name none. */
  readonly region: string;
  readonly signingName: string;
  readonly payload: PayloadCheck;
}

/** A payload with its wrapping taken off. Reading fails with a ServiceError when a signature or hash does not fit. */
export interface DecodedPayload extends Readable {
  /** Trailing headers; complete once the stream has ended. */
  readonly trailers: Readonly<Record<string, string>>;
}

export interface Identity {
  /** The first account and its root key, made at first start. */
  readonly rootAccount: { readonly accountId: string; readonly credentials: Credentials; readonly createdAt: Date };

  /**
   * Verifies the signature over the request's head. Returns nothing for an unsigned request. Throws ServiceError with
   * the generic codes (`InvalidClientTokenId`, `SignatureDoesNotMatch`, `RequestExpired`, `IncompleteSignature`,
   * `ExpiredToken`, `AccessDenied` …); the gateway turns them into each service's own spelling. For S3 too much clock
   * skew is `RequestTimeTooSkewed`, elsewhere `RequestExpired`.
   *
   * `body` is needed where the client sends no X-Amz-Content-Sha256, as boto3 does for all services but S3: the
   * signature then covers the body's own hash. A missing body counts as an empty one.
   */
  authenticate(head: RequestHead, body?: Uint8Array): Authenticated | undefined;
  /** Who signed the policy of a form that uploads to S3; nothing for a form without one. Throws as `authenticate` does. */
  authenticateForm(fields: FormFields): Authenticated | undefined;
  /** Unwraps and checks a body. Used for streaming operations; buffered ones use `verifyPayload`. */
  decodePayload(body: Readable, check: PayloadCheck): DecodedPayload;
  /** Checks (and unwraps, when aws-chunked) a body that is all there. */
  verifyPayload(body: Buffer, check: PayloadCheck): Buffer;

  /** Throws AccessDeniedException, in AWS's words, unless policies allow every one. */
  authorize(caller: Caller, permissions: readonly Permission[], request?: AuthorizationFacts): void;
  isAllowed(caller: Caller, permission: Permission, request?: AuthorizationFacts): boolean;
  /**
   * The tags of the resources that are asked for, for the facts of `authorize`, if a policy of the caller asks for any.
   * Else nothing, and nothing is looked up.
   */
  resourceTags(
    caller: Caller,
    permissions: readonly Permission[],
  ): Promise<AuthorizationFacts['resourceTags']> | undefined;

  /**
   * Temporary credentials of a role for the platform's own use (a job's run), as SageMaker's service principal would
   * get them. `sourceArn` is the resource that it is for, which trust policies may ask about. Throws ValidationException
   * when the role is not there or does not trust `service`.
   */
  assumeForService(
    roleArn: string,
    service: string,
    sessionName: string,
    options?: { readonly durationSeconds?: number; readonly sourceArn?: string },
  ): Promise<{ caller: Caller; credentials: Credentials }>;
  /** The caller that a key id stands for; undefined when unknown or expired. */
  callerOf(accessKeyId: string, sessionToken?: string): Caller | undefined;
  /** Makes a home as after its first start, with the same root key; to be called once the store has been cleared. */
  clear(): Promise<void>;

  /** Users, roles, groups, policies and keys, for the services that manage them. */
  readonly directory: Directory;
  /** As sts:AssumeRole: throws AccessDeniedException unless the role's trust policy lets the caller in. */
  assumeRole: RoleAssumption['assumeRole'];
  /** Temporary credentials for someone whose right to them has been checked. */
  startSession: RoleAssumption['startSession'];
  /** The form in which a user's secret is kept in the store. */
  sealSecret(accessKeyId: string, secret: string): string;
}

/** Facts of the request that policy conditions may ask for, besides each permission's own. */
export interface AuthorizationFacts {
  readonly sourceIp?: string;
  readonly secureTransport?: boolean;
  readonly userAgent?: string;
  readonly region?: string;
  readonly now?: Date;
  /** Resource-based policy of the resource (an S3 bucket policy), JSON text. */
  readonly resourcePolicy?: string;
  /** Owner of the resource, when not the caller's account. */
  readonly resourceAccountId?: string;
  /** Of the resources that are asked for, by ARN. */
  readonly resourceTags?: ReadonlyMap<string, readonly Tag[]>;
}
