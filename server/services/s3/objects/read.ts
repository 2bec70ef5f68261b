import type {
  GetObjectCommandInput,
  GetObjectCommandOutput,
  HeadObjectCommandInput,
  HeadObjectCommandOutput,
} from '@aws-sdk/client-s3';
import type { Bucket } from '../../../objects/buckets.ts';
import type { Extent } from '../../../objects/contents.ts';
import type { ObjectVersion } from '../../../objects/version.ts';
import type { Operations, RequestContext } from '../../../operations.ts';
import type { Platform } from '../../../platform.ts';
import { checksumMembers } from '../checksums.ts';
import { checkReadConditions } from '../conditions.ts';
import { invalidRequest } from '../errors.ts';
import { headerMembers } from '../object-headers.ts';
import { operations } from '../operation.ts';
import { partOf, rangeOf } from '../ranges.ts';
import { readableVersion, versionIdIn } from '../versions.ts';

type ReadInput = GetObjectCommandInput | HeadObjectCommandInput;

/** Found, allowed by the request's conditions, and with the bytes it asks for. */
interface Reading {
  readonly bucket: Bucket;
  readonly version: ObjectVersion;
  readonly extent: Extent;
  /** The client asked for a part or range: the answer is 206, and says which bytes of how many. */
  readonly isPartial: boolean;
  readonly checksums: ObjectVersion['checksums'];
}

const find = (
  { objects, identity }: Pick<Platform, 'objects' | 'identity'>,
  input: ReadInput,
  context: RequestContext,
): Reading => {
  const { bucket, version } = readableVersion(objects, identity, input, context);
  tellOf(version, bucket, context);
  checkReadConditions(input, version);
  const whole = { start: 0, end: version.size };
  if (input.PartNumber !== undefined) {
    if (input.Range !== undefined) {
      throw invalidRequest('Cannot specify both Range header and partNumber query parameter');
    }
    const part = partOf(objects.uploads, version, input.PartNumber);
    return { bucket, version, isPartial: true, ...part };
  }
  const extent = rangeOf(input.Range, version.size);
  return {
    bucket,
    version,
    extent: extent ?? whole,
    isPartial: extent !== undefined,
    checksums: extent ? {} : version.checksums,
  };
};

/** For answers of 304 and 412, which have headers but no members. */
const tellOf = (version: ObjectVersion, bucket: Bucket, { responseHeaders }: RequestContext) => {
  responseHeaders.etag = version.etag;
  responseHeaders['last-modified'] = version.modifiedAt.toUTCString();
  const versionId = versionIdIn(bucket, version);
  if (versionId) responseHeaders['x-amz-version-id'] = versionId;
};

const overrides = (input: ReadInput) =>
  Object.fromEntries(
    Object.entries({
      ContentType: input.ResponseContentType,
      ContentLanguage: input.ResponseContentLanguage,
      ContentEncoding: input.ResponseContentEncoding,
      ContentDisposition: input.ResponseContentDisposition,
      CacheControl: input.ResponseCacheControl,
    }).filter(([, value]) => value !== undefined),
  );

const describe = (reading: Reading, input: ReadInput, context: RequestContext) => {
  const { bucket, version, extent, isPartial, checksums } = reading;
  // An empty object has no bytes to name.
  const hasRange = isPartial && version.size > 0;
  if (hasRange) context.responseHeaders[':status'] = '206';
  if (input.ResponseExpires) context.responseHeaders.expires = input.ResponseExpires.toUTCString();
  return {
    ...headerMembers(version, context),
    ...overrides(input),
    ...(input.ChecksumMode === 'ENABLED' && checksumMembers(checksums, version.checksumType)),
    AcceptRanges: 'bytes',
    LastModified: version.modifiedAt,
    ContentLength: extent.end - extent.start,
    ContentRange: hasRange ? `bytes ${extent.start}-${extent.end - 1}/${version.size}` : undefined,
    ETag: version.etag,
    VersionId: versionIdIn(bucket, version),
    PartsCount: input.PartNumber === undefined ? undefined : version.partCount,
    TagCount: version.tags.length || undefined,
  };
};

export const readOperations = (platform: Pick<Platform, 'objects' | 'identity'>): Operations => {
  const { onObject } = operations(platform.objects);
  return {
    GetObject: onObject<GetObjectCommandInput, GetObjectCommandOutput>(
      's3:GetObject',
      (input, context) => {
        const reading = find(platform, input, context);
        const members = describe(reading, input, context);
        // The gateway pipes it into the response, chunk by chunk.
        const Body = platform.objects.contents.read(reading.version, reading.extent, { reuse: true });
        return { ...members, Body } as unknown as GetObjectCommandOutput;
      },
      's3:GetObjectVersion',
    ),
    HeadObject: onObject<HeadObjectCommandInput, HeadObjectCommandOutput>(
      's3:GetObject',
      (input, context) => describe(find(platform, input, context), input, context) as HeadObjectCommandOutput,
      's3:GetObjectVersion',
    ),
  };
};
