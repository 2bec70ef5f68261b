import type {
  DeleteObjectTaggingCommandInput,
  DeleteObjectTaggingCommandOutput,
  GetObjectTaggingCommandInput,
  GetObjectTaggingCommandOutput,
  PutObjectTaggingCommandInput,
  PutObjectTaggingCommandOutput,
} from '@aws-sdk/client-s3';
import type { ObjectTag } from '../../../objects/version.ts';
import type { Operations, RequestContext } from '../../../operations.ts';
import type { Platform } from '../../../platform.ts';
import { malformedXml } from '../errors.ts';
import { operations } from '../operation.ts';
import { checkTags, MAX_OBJECT_TAGS } from '../tags.ts';
import { readableVersion, versionIdIn } from '../versions.ts';

interface Target {
  readonly Bucket?: string;
  readonly Key?: string;
  readonly VersionId?: string;
}

/** Tags of objects; each version has its own. */
export const objectTaggingOperations = ({ objects, identity }: Pick<Platform, 'objects' | 'identity'>): Operations => {
  const { onObject } = operations(objects);
  const find = (input: Target, context: RequestContext) => readableVersion(objects, identity, input, context);
  const setTags = (input: Target, context: RequestContext, tags: readonly ObjectTag[]) =>
    objects.commit(() => {
      const { bucket, version } = find(input, context);
      objects.versions.setTags(version.id, tags);
      return { VersionId: versionIdIn(bucket, version) };
    });

  return {
    GetObjectTagging: onObject<GetObjectTaggingCommandInput, GetObjectTaggingCommandOutput>(
      's3:GetObjectTagging',
      (input, context) => {
        const { bucket, version } = find(input, context);
        return { VersionId: versionIdIn(bucket, version), TagSet: [...version.tags] };
      },
      's3:GetObjectVersionTagging',
    ),
    PutObjectTagging: onObject<PutObjectTaggingCommandInput, PutObjectTaggingCommandOutput>(
      's3:PutObjectTagging',
      (input, context) => {
        if (!input.Tagging) throw malformedXml();
        return setTags(input, context, checkTags(input.Tagging.TagSet ?? [], MAX_OBJECT_TAGS, 'Object'));
      },
      's3:PutObjectVersionTagging',
    ),
    DeleteObjectTagging: onObject<DeleteObjectTaggingCommandInput, DeleteObjectTaggingCommandOutput>(
      's3:DeleteObjectTagging',
      (input, context) => setTags(input, context, []),
      's3:DeleteObjectVersionTagging',
    ),
  };
};
