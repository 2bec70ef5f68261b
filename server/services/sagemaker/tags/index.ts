import type { Feature, Platform } from '../../../platform.ts';
import { tagOperations } from './operations.ts';

/** Tags of any resource that has an ARN. */
export const tagsFeature = ({ resources }: Platform): Feature => ({
  service: 'sagemaker',
  operations: tagOperations(resources),
});
