import { loadRuntimes } from '../../../compute/runtimes/table.ts';
import type { Feature, Platform } from '../../../platform.ts';
import { batchGetImage, describeImages, listImages } from './operations.ts';

export function imagesFeature({ config, resources }: Platform): Feature {
  const shelf = { resources, runtimes: loadRuntimes(config.home).runtimes };
  return {
    service: 'ecr',
    operations: {
      DescribeImages: describeImages(shelf),
      ListImages: listImages(shelf),
      BatchGetImage: batchGetImage(shelf),
    },
  };
}
