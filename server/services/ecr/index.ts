import type { Feature, Platform } from '../../platform.ts';
import { imagesFeature } from './images/index.ts';
import { registryFeature } from './registry/index.ts';
import { repositoriesFeature } from './repositories/index.ts';

export const ecrFeatures = (platform: Platform): Feature[] => [
  repositoriesFeature(platform),
  imagesFeature(platform),
  registryFeature(),
];
