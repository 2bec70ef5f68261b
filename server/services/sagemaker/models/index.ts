import type { Feature, Platform } from '../../../platform.ts';
import { modelOperations } from './operations.ts';

export { containerOf, type Model, models } from './resource.ts';

/** Models: a container image, its artifact in S3 and the role to run with. */
export const modelsFeature = (platform: Platform): Feature => ({
  service: 'sagemaker',
  operations: modelOperations(platform),
});
