import type { Runtime } from '../../../compute/runtimes/table.ts';
import type { Feature, Platform } from '../../../platform.ts';
import { batchGetImage, describeImages, listImages } from './operations.ts';

export function imagesFeature({ resources }: Platform, runtimes: readonly Runtime[]): Feature {
  const shelf = { resources, runtimes };
  return {
    service: 'ecr',
    operations: {
      DescribeImages: describeImages(shelf),
      ListImages: listImages(shelf),
      BatchGetImage: batchGetImage(shelf),
    },
  };
}
