import type { Feature, Platform } from '../../../platform.ts';
import {
  groupTags,
  listTagsForResource,
  listTagsLogGroup,
  tagLogGroup,
  tagResource,
  untagLogGroup,
  untagResource,
} from './operations.ts';

export function tagsFeature(platform: Platform): Feature {
  const groups = groupTags(platform);
  return {
    service: 'cloudwatch-logs',
    operations: {
      TagResource: tagResource(groups),
      UntagResource: untagResource(groups),
      ListTagsForResource: listTagsForResource(groups),
      TagLogGroup: tagLogGroup(groups),
      UntagLogGroup: untagLogGroup(groups),
      ListTagsLogGroup: listTagsLogGroup(groups),
    },
  };
}
