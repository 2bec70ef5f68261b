import type {
  ListMultipartUploadsCommandInput,
  ListMultipartUploadsCommandOutput,
  ListPartsCommandInput,
  ListPartsCommandOutput,
} from '@aws-sdk/client-s3';
import type { ObjectStorage } from '../../../objects/index.ts';
import { rowIdOf } from '../../../objects/opaque-id.ts';
import type { Operations } from '../../../operations.ts';
import type { Platform } from '../../../platform.ts';
import { checksumMembers } from '../checksums.ts';
import { operations } from '../operation.ts';
import { ownerOf } from '../owner.ts';
import { encoderFor, pageLimit, partNumberMarker } from '../paging.ts';

const listParts = (objects: ObjectStorage) => (input: ListPartsCommandInput) => {
  const { Bucket = '', Key = '', UploadId = '' } = input;
  const bucket = objects.buckets.get(Bucket);
  const upload = objects.uploads.findOpen(bucket, Key, UploadId);
  const limit = pageLimit(input.MaxParts, 'max-parts');
  const after = partNumberMarker(input.PartNumberMarker);
  const parts = objects.uploads.partsOf(upload.id, { after, limit: limit + 1 });
  const shown = parts.slice(0, limit);
  const more = limit > 0 && parts.length > limit;
  return {
    Bucket,
    Key,
    UploadId,
    Initiator: { ID: upload.initiator, DisplayName: upload.initiator },
    Owner: ownerOf(bucket.accountId),
    StorageClass: (upload.headers.StorageClass ?? 'STANDARD') as 'STANDARD',
    ChecksumAlgorithm: upload.checksumAlgorithm,
    ChecksumType: upload.checksumType,
    PartNumberMarker: String(after),
    // Paginators go on for as long as there is one.
    NextPartNumberMarker: more ? String(shown.at(-1)!.number) : undefined,
    MaxParts: limit,
    IsTruncated: more,
    Parts: shown.map((part) => ({
      PartNumber: part.number,
      LastModified: part.modifiedAt,
      ETag: part.etag,
      Size: part.size,
      ...{ ...checksumMembers(part.checksums), ChecksumType: undefined },
    })),
  };
};

const listUploads = (objects: ObjectStorage) => (input: ListMultipartUploadsCommandInput) => {
  const { Bucket = '', Prefix = '', Delimiter, KeyMarker, UploadIdMarker, EncodingType } = input;
  const bucket = objects.buckets.get(Bucket);
  const encode = encoderFor(EncodingType);
  const limit = pageLimit(input.MaxUploads, 'max-uploads');
  const page = objects.listings.uploads(bucket, {
    prefix: Prefix,
    delimiter: Delimiter,
    limit,
    after: KeyMarker || undefined,
    // Without a key marker the upload marker counts for nothing.
    afterId: KeyMarker && UploadIdMarker ? rowIdOf(UploadIdMarker) : undefined,
  });
  return {
    Bucket,
    Prefix: encode(Prefix),
    Delimiter: Delimiter === undefined ? undefined : encode(Delimiter),
    KeyMarker: encode(KeyMarker ?? ''),
    UploadIdMarker: UploadIdMarker ?? '',
    NextKeyMarker: page.next && encode(page.next.after),
    NextUploadIdMarker: page.next?.afterId === undefined ? undefined : page.items.at(-1)?.uploadId,
    MaxUploads: limit,
    IsTruncated: page.next !== undefined,
    EncodingType,
    Uploads: page.items.map((upload) => ({
      UploadId: upload.uploadId,
      Key: encode(upload.key),
      Initiated: upload.startedAt,
      StorageClass: (upload.headers.StorageClass ?? 'STANDARD') as 'STANDARD',
      Owner: ownerOf(bucket.accountId),
      Initiator: { ID: upload.initiator, DisplayName: upload.initiator },
      ChecksumAlgorithm: upload.checksumAlgorithm,
      ChecksumType: upload.checksumType,
    })),
    CommonPrefixes: page.prefixes.map((prefix) => ({ Prefix: encode(prefix) })),
  };
};

export const listOperations = ({ objects }: Pick<Platform, 'objects'>): Operations => {
  const { onBucket, onObject } = operations(objects);
  return {
    ListParts: onObject<ListPartsCommandInput, ListPartsCommandOutput>(
      's3:ListMultipartUploadParts',
      listParts(objects),
    ),
    ListMultipartUploads: onBucket<ListMultipartUploadsCommandInput, ListMultipartUploadsCommandOutput>(
      's3:ListBucketMultipartUploads',
      listUploads(objects),
    ),
  };
};
