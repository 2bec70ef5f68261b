import type { Feature, Platform } from '../../../platform.ts';
import { getAccountAuthorizationDetails, getAccountSummary, listAccountAliases } from './operations.ts';

export const accountFeature = (platform: Platform): Feature => ({
  service: 'iam',
  operations: {
    ListAccountAliases: listAccountAliases(),
    GetAccountSummary: getAccountSummary(platform),
    GetAccountAuthorizationDetails: getAccountAuthorizationDetails(platform),
  },
});
