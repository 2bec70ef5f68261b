import { ServiceError } from '../../errors.ts';
import type { ObjectHeaders, ObjectVersion } from '../../objects/version.ts';
import type { RequestContext } from '../../operations.ts';
import { invalidArgument, invalidRequest, notImplemented } from './errors.ts';

/** Members of requests that say something about an object to be. */
export interface HeaderInput {
  readonly ContentType?: string;
  readonly ContentEncoding?: string;
  readonly ContentLanguage?: string;
  readonly ContentDisposition?: string;
  readonly CacheControl?: string;
  readonly WebsiteRedirectLocation?: string;
  readonly StorageClass?: string;
  readonly ServerSideEncryption?: string;
  readonly SSEKMSKeyId?: string;
  readonly BucketKeyEnabled?: boolean;
  readonly SSECustomerAlgorithm?: string;
  readonly ObjectLockMode?: string;
  readonly ObjectLockLegalHoldStatus?: string;
  readonly Metadata?: Record<string, string>;
}

const DEFAULT_CONTENT_TYPE = 'binary/octet-stream';
const MAX_METADATA_BYTES = 2048;

/** `aws-chunked` says how the request travelled and is no part of the object. */
const ownEncoding = (encoding: string | undefined): string | undefined =>
  encoding
    ?.split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '' && name !== 'aws-chunked')
    .join(',') || undefined;

/** What HTTP lets a header be named. */
const TOKEN = /^[\w!#$%&'*+.^`|~-]+$/;

const checkMetadata = (metadata: Record<string, string>) => {
  // From a form or a URL a name may come that no answer could carry.
  const unfit = Object.keys(metadata).find((name) => !TOKEN.test(name));
  if (unfit !== undefined) throw invalidArgument('Metadata names must be valid header names', 'x-amz-meta-', unfit);
  const size = Object.entries(metadata).reduce((sum, [name, value]) => sum + name.length + value.length, 0);
  if (size <= MAX_METADATA_BYTES) return;
  throw new ServiceError('MetadataTooLarge', 'Your metadata headers exceed the maximum allowed metadata size', {
    members: { Size: size, MaxSizeAllowed: MAX_METADATA_BYTES },
  });
};

const STORAGE_CLASSES = new Set([
  'STANDARD',
  'REDUCED_REDUNDANCY',
  'STANDARD_IA',
  'ONEZONE_IA',
  'INTELLIGENT_TIERING',
  'GLACIER',
  'GLACIER_IR',
  'DEEP_ARCHIVE',
]);
const ENCRYPTIONS = new Set(['AES256', 'aws:kms', 'aws:kms:dsse']);

const checkPlacement = ({ StorageClass, ServerSideEncryption, SSEKMSKeyId }: HeaderInput) => {
  if (StorageClass !== undefined && !STORAGE_CLASSES.has(StorageClass)) {
    throw new ServiceError('InvalidStorageClass', 'The storage class you specified is not valid', {
      members: { StorageClassRequested: StorageClass },
    });
  }
  const header = 'x-amz-server-side-encryption';
  if (ServerSideEncryption !== undefined && !ENCRYPTIONS.has(ServerSideEncryption)) {
    throw invalidArgument('The encryption method specified is not supported', header, ServerSideEncryption);
  }
  if (SSEKMSKeyId !== undefined && !ServerSideEncryption?.startsWith('aws:kms')) {
    throw invalidArgument(
      `Server Side Encryption with AWS KMS managed key requires HTTP header ${header} : aws:kms`,
      header,
      ServerSideEncryption,
    );
  }
};

/** What of a request is kept with the object. Throws when it asks for what is not kept here. */
export const headersOf = (input: HeaderInput, context: RequestContext): ObjectHeaders => {
  if (input.SSECustomerAlgorithm) throw notImplemented('encryption with keys that the client provides (SSE-C)');
  if (input.ObjectLockMode || input.ObjectLockLegalHoldStatus) {
    throw invalidRequest('Bucket is missing Object Lock Configuration');
  }
  checkPlacement(input);
  checkMetadata(input.Metadata ?? {});
  return {
    ContentType: input.ContentType || DEFAULT_CONTENT_TYPE,
    ContentEncoding: ownEncoding(input.ContentEncoding),
    ContentLanguage: input.ContentLanguage,
    ContentDisposition: input.ContentDisposition,
    CacheControl: input.CacheControl,
    // As it came: S3 gives back even what is no date.
    Expires: context.headers.expires,
    ...placementOf(input),
    Metadata: input.Metadata && Object.keys(input.Metadata).length > 0 ? input.Metadata : undefined,
  };
};

/** What a copy takes from its own request, whatever it does with the metadata. */
export const placementOf = (input: HeaderInput): ObjectHeaders => ({
  WebsiteRedirectLocation: input.WebsiteRedirectLocation,
  StorageClass: input.StorageClass === 'STANDARD' ? undefined : input.StorageClass,
  ServerSideEncryption: input.ServerSideEncryption,
  SSEKMSKeyId: input.SSEKMSKeyId,
  BucketKeyEnabled: input.BucketKeyEnabled,
});

/** The members of GetObject's and HeadObject's answers that tell what was kept with the object. */
export const headerMembers = (version: ObjectVersion, context: RequestContext) => {
  const { Expires, ...headers } = version.headers;
  if (Expires !== undefined) context.responseHeaders.expires = Expires;
  return headers;
};

/** The members with which answers to writes tell how the object is encrypted. */
export const encryptionMembers = ({ ServerSideEncryption, SSEKMSKeyId, BucketKeyEnabled }: ObjectHeaders) => ({
  ServerSideEncryption: ServerSideEncryption as 'AES256' | undefined,
  SSEKMSKeyId,
  BucketKeyEnabled,
});
