import type { Feature, Platform } from '../../../platform.ts';
import { simulateCustomPolicy, simulatePrincipalPolicy } from './operations.ts';

export const simulationFeature = (platform: Platform): Feature => ({
  service: 'iam',
  operations: {
    SimulateCustomPolicy: simulateCustomPolicy(),
    SimulatePrincipalPolicy: simulatePrincipalPolicy(platform),
  },
});
