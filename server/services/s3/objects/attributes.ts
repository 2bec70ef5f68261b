import type {
  GetObjectAttributesCommandInput,
  GetObjectAttributesCommandOutput,
  GetObjectAttributesParts,
} from '@aws-sdk/client-s3';
import type { ObjectStorage } from '../../../objects/index.ts';
import type { ObjectVersion } from '../../../objects/version.ts';
import type { Operation } from '../../../operations.ts';
import type { Platform } from '../../../platform.ts';
import { checksumMembers } from '../checksums.ts';
import { invalidArgument } from '../errors.ts';
import { objectPermission, operations } from '../operation.ts';
import { pageLimit, partNumberMarker } from '../paging.ts';
import { readableVersion, versionIdIn } from '../versions.ts';

const ATTRIBUTES = new Set(['ETag', 'Checksum', 'ObjectParts', 'StorageClass', 'ObjectSize']);

const partsOf = (
  objects: ObjectStorage,
  version: ObjectVersion,
  { MaxParts, PartNumberMarker }: GetObjectAttributesCommandInput,
): GetObjectAttributesParts | undefined => {
  if (version.upload === undefined) return undefined;
  // The parts themselves are told of only when they have checksums, as S3 does.
  if (Object.keys(version.checksums).length === 0) return { TotalPartsCount: version.partCount };
  const limit = pageLimit(MaxParts, 'max-parts');
  const parts = objects.uploads.partsOf(version.upload, {
    after: partNumberMarker(PartNumberMarker),
    limit: limit + 1,
  });
  const shown = parts.slice(0, limit);
  return {
    TotalPartsCount: version.partCount,
    PartNumberMarker: PartNumberMarker ?? '0',
    NextPartNumberMarker: parts.length > limit ? String(shown.at(-1)?.number ?? 0) : undefined,
    MaxParts: limit,
    IsTruncated: parts.length > limit,
    Parts: shown.map(({ number, size, checksums }) => ({
      PartNumber: number,
      Size: size,
      ...{ ...checksumMembers(checksums), ChecksumType: undefined },
    })),
  };
};

export const getObjectAttributes = ({ objects, identity }: Pick<Platform, 'objects' | 'identity'>): Operation =>
  operations(objects).operation<GetObjectAttributesCommandInput, GetObjectAttributesCommandOutput>(
    ({ Bucket, Key, VersionId }, context) => {
      const asked = { Bucket, Key, VersionId };
      return [
        objectPermission('s3:GetObject', 's3:GetObjectVersion', asked, context),
        objectPermission('s3:GetObjectAttributes', 's3:GetObjectVersionAttributes', asked, context),
      ];
    },
    (input, context) => {
      const asked = new Set<string>(input.ObjectAttributes ?? []);
      const unknown = [...asked].find((name) => !ATTRIBUTES.has(name));
      if (asked.size === 0 || unknown !== undefined) {
        throw invalidArgument('Invalid attribute name specified.', 'x-amz-object-attributes', unknown ?? '');
      }
      const { bucket, version } = readableVersion(objects, identity, input, context);
      const members = checksumMembers(version.checksums, version.checksumType);
      return {
        LastModified: version.modifiedAt,
        VersionId: versionIdIn(bucket, version),
        ETag: asked.has('ETag') ? version.etag.slice(1, -1) : undefined,
        Checksum: asked.has('Checksum') && Object.keys(members).length > 0 ? members : undefined,
        ObjectParts: asked.has('ObjectParts') ? partsOf(objects, version, input) : undefined,
        StorageClass: asked.has('StorageClass')
          ? ((version.headers.StorageClass ?? 'STANDARD') as 'STANDARD')
          : undefined,
        ObjectSize: asked.has('ObjectSize') ? version.size : undefined,
      };
    },
  );
