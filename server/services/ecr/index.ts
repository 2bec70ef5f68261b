import { loadRuntimes } from '../../compute/runtimes/table.ts';
import type { Feature, Platform } from '../../platform.ts';
import { imagesFeature } from './images/index.ts';
import { registryFeature } from './registry/index.ts';
import { repositoriesFeature } from './repositories/index.ts';

export function ecrFeatures(platform: Platform): Feature[] {
  // What stands for AWS's own repositories and images.
  const { runtimes } = loadRuntimes(platform.config.home);
  return [repositoriesFeature(platform, runtimes), imagesFeature(platform, runtimes), registryFeature()];
}
