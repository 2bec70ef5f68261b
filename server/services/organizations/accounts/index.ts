import type { Feature, Platform } from '../../../platform.ts';
import { createAccount } from './create.ts';
import { describeAccount, describeCreateAccountStatus, listAccounts, listCreateAccountStatus } from './operations.ts';

export const accountsFeature = (platform: Platform): Feature => ({
  service: 'organizations',
  operations: {
    CreateAccount: createAccount(platform),
    DescribeCreateAccountStatus: describeCreateAccountStatus(platform),
    ListCreateAccountStatus: listCreateAccountStatus(platform),
    ListAccounts: listAccounts(platform),
    DescribeAccount: describeAccount(platform),
  },
});
