import type { Feature, Platform } from '../../platform.ts';
import { assumeRole, getAccessKeyInfo, getCallerIdentity, getFederationToken, getSessionToken } from './operations.ts';

export const stsFeature = (platform: Platform): Feature => ({
  service: 'sts',
  operations: {
    GetCallerIdentity: getCallerIdentity(),
    AssumeRole: assumeRole(platform),
    GetSessionToken: getSessionToken(platform),
    GetFederationToken: getFederationToken(platform),
    GetAccessKeyInfo: getAccessKeyInfo(platform),
  },
});

export const stsFeatures = (platform: Platform): Feature[] => [stsFeature(platform)];
