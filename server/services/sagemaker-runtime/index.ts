import type { Feature, Platform } from '../../platform.ts';
import { invokeFeature } from './invoke/index.ts';

/** Every room of SageMaker Runtime that the server opens. */
export const sagemakerRuntimeFeatures = (platform: Platform): Feature[] => [invokeFeature(platform)];
