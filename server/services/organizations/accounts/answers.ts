import type { Account as AccountAnswer, CreateAccountStatus } from '@aws-sdk/client-organizations';
import type { Resource } from '../../../resources/resource-store.ts';
import type { Account, AccountCreation } from '../account.ts';

export const creationAnswer = ({ name, doc }: Resource<AccountCreation>): CreateAccountStatus => ({
  Id: name,
  AccountName: doc.accountName,
  State: doc.state,
  AccountId: doc.accountId,
  FailureReason: doc.failureReason,
  RequestedTimestamp: new Date(doc.requestedAt),
  CompletedTimestamp: new Date(doc.completedAt),
});

export const accountAnswer = ({ name, arn, doc }: Resource<Account>): AccountAnswer => ({
  Id: name,
  Arn: arn,
  Name: doc.accountName,
  Email: doc.email,
  Status: 'ACTIVE',
  State: 'ACTIVE',
  JoinedMethod: doc.joinedMethod,
  JoinedTimestamp: new Date(doc.joinedAt),
});
