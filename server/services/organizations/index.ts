import type { Feature, Platform } from '../../platform.ts';
import { accountsFeature } from './accounts/index.ts';
import { organizationFeature } from './organization/index.ts';

/** Every room of Organizations that the server opens: how a platform gets more than its first account. */
export const organizationsFeatures = (platform: Platform): Feature[] => [
  organizationFeature(platform),
  accountsFeature(platform),
];
