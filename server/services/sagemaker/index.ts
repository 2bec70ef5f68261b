import type { Feature, Platform } from '../../platform.ts';
import { endpointConfigsFeature } from './endpoint-configs/index.ts';
import { endpointsFeature } from './endpoints/index.ts';
import { modelsFeature } from './models/index.ts';
import { tagsFeature } from './tags/index.ts';
import { trainingJobsFeature } from './training-jobs/index.ts';

/** Every room of SageMaker that the server opens. */
export const sagemakerFeatures = (platform: Platform): Feature[] => [
  trainingJobsFeature(platform),
  modelsFeature(platform),
  endpointConfigsFeature(platform),
  endpointsFeature(platform),
  tagsFeature(platform),
];
