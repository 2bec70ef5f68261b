import { invalidRequest, malformedXml } from '../errors.ts';
import { checkTags } from '../tags.ts';

type Document = Record<string, unknown>;

/** A sub-resource of a bucket that is kept as the client gave it. */
export interface Setting {
  /** As it stands in the names of the operations: `PutBucketCors`. */
  readonly operation: string;
  /** What it is stored under. */
  readonly name: string;
  /** The member of the Put request that holds it. */
  readonly member: string;
  /** The Get answer has it under `member`; otherwise its members lie open. */
  readonly nested?: boolean;
  readonly actions: { readonly get: string; readonly put: string; readonly delete?: string };
  /** Code and message when there is none; without them an empty answer is right. */
  readonly missing?: readonly [code: string, message: string];
  /** Throws when the document cannot be kept. */
  check?(document: Document): void;
}

const mustHaveList =
  (member: string, each: (item: Document) => boolean = () => true) =>
  (document: Document) => {
    const list = document[member] as Document[] | undefined;
    if (!list || list.length === 0 || !list.every(each)) throw malformedXml();
  };

const CORS_METHODS = new Set(['GET', 'PUT', 'HEAD', 'POST', 'DELETE']);
const OWNERSHIPS = new Set(['BucketOwnerEnforced', 'BucketOwnerPreferred', 'ObjectWriter']);
const MAX_BUCKET_TAGS = 50;

export const settings: readonly Setting[] = [
  {
    operation: 'BucketCors',
    name: 'cors',
    member: 'CORSConfiguration',
    actions: { get: 's3:GetBucketCORS', put: 's3:PutBucketCORS' },
    missing: ['NoSuchCORSConfiguration', 'The CORS configuration does not exist'],
    check: mustHaveList('CORSRules', ({ AllowedMethods, AllowedOrigins }) => {
      if (!Array.isArray(AllowedMethods) || !Array.isArray(AllowedOrigins)) return false;
      const other = AllowedMethods.find((method) => !CORS_METHODS.has(method));
      if (other === undefined) return true;
      throw invalidRequest(`Found unsupported HTTP method in CORS config. Unsupported method is ${other}`);
    }),
  },
  {
    operation: 'BucketTagging',
    name: 'tagging',
    member: 'Tagging',
    actions: { get: 's3:GetBucketTagging', put: 's3:PutBucketTagging' },
    missing: ['NoSuchTagSet', 'The TagSet does not exist'],
    check: ({ TagSet }) => void checkTags((TagSet ?? []) as [], MAX_BUCKET_TAGS, 'Bucket'),
  },
  {
    operation: 'BucketLifecycleConfiguration',
    name: 'lifecycle',
    member: 'LifecycleConfiguration',
    actions: { get: 's3:GetLifecycleConfiguration', put: 's3:PutLifecycleConfiguration' },
    missing: ['NoSuchLifecycleConfiguration', 'The lifecycle configuration does not exist'],
    check: mustHaveList('Rules', ({ Status }) => Status === 'Enabled' || Status === 'Disabled'),
  },
  {
    operation: 'BucketEncryption',
    name: 'encryption',
    member: 'ServerSideEncryptionConfiguration',
    nested: true,
    actions: { get: 's3:GetEncryptionConfiguration', put: 's3:PutEncryptionConfiguration' },
    missing: [
      'ServerSideEncryptionConfigurationNotFoundError',
      'The server side encryption configuration was not found',
    ],
    check: mustHaveList('Rules'),
  },
  {
    operation: 'PublicAccessBlock',
    name: 'publicAccessBlock',
    member: 'PublicAccessBlockConfiguration',
    nested: true,
    actions: { get: 's3:GetBucketPublicAccessBlock', put: 's3:PutBucketPublicAccessBlock' },
    missing: ['NoSuchPublicAccessBlockConfiguration', 'The public access block configuration was not found'],
  },
  {
    operation: 'BucketOwnershipControls',
    name: 'ownershipControls',
    member: 'OwnershipControls',
    nested: true,
    actions: { get: 's3:GetBucketOwnershipControls', put: 's3:PutBucketOwnershipControls' },
    missing: ['OwnershipControlsNotFoundError', 'The bucket ownership controls were not found'],
    check: mustHaveList('Rules', ({ ObjectOwnership }) => OWNERSHIPS.has(ObjectOwnership as string)),
  },
  {
    operation: 'BucketWebsite',
    name: 'website',
    member: 'WebsiteConfiguration',
    actions: { get: 's3:GetBucketWebsite', put: 's3:PutBucketWebsite', delete: 's3:DeleteBucketWebsite' },
    missing: ['NoSuchWebsiteConfiguration', 'The specified bucket does not have a website configuration'],
  },
  {
    operation: 'BucketNotificationConfiguration',
    name: 'notification',
    member: 'NotificationConfiguration',
    actions: { get: 's3:GetBucketNotification', put: 's3:PutBucketNotification' },
  },
];
