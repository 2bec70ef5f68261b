import type { Feature, Platform } from '../../../platform.ts';
import { endpointController } from './controller.ts';
import { endpointOperations } from './operations.ts';

export { type DeployedVariant, type Endpoint, endpointArn, endpoints, logGroup, workloadName } from './resource.ts';

/** Real-time endpoints: variants of models on servers that are kept running. */
export const endpointsFeature = (platform: Platform): Feature => ({
  service: 'sagemaker',
  operations: endpointOperations(platform),
  controllers: [endpointController(platform)],
});
