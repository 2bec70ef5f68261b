import type { Feature, Platform } from '../../../platform.ts';
import { trainingJobController } from './controller.ts';
import { trainingJobOperations } from './operations.ts';

/** Training jobs: a program, its data, and the model that comes of it. */
export const trainingJobsFeature = (platform: Platform): Feature => ({
  service: 'sagemaker',
  operations: trainingJobOperations(platform),
  controllers: [trainingJobController(platform)],
});
