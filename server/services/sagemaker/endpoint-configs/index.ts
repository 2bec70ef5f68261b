import type { Feature, Platform } from '../../../platform.ts';
import { endpointConfigOperations } from './operations.ts';

export { type EndpointConfig, endpointConfigs } from './resource.ts';

/** Endpoint configurations: which models an endpoint serves, on what, with which share of the traffic. */
export const endpointConfigsFeature = (platform: Platform): Feature => ({
  service: 'sagemaker',
  operations: endpointConfigOperations(platform),
});
