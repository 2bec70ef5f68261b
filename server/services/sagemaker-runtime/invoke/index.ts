import type { Feature, Platform } from '../../../platform.ts';
import { invokeOperations } from './operations.ts';

/** Invocations of real-time endpoints. */
export const invokeFeature = (platform: Platform): Feature => ({
  service: 'sagemaker-runtime',
  operations: invokeOperations(platform),
});
