import type {
  DescribeAccountCommandInput,
  DescribeAccountCommandOutput,
  DescribeCreateAccountStatusCommandInput,
  DescribeCreateAccountStatusCommandOutput,
  ListAccountsCommandInput,
  ListAccountsCommandOutput,
  ListCreateAccountStatusCommandInput,
  ListCreateAccountStatusCommandOutput,
} from '@aws-sdk/client-organizations';
import type { Operation } from '../../../operations.ts';
import type { Platform } from '../../../platform.ts';
import { type AccountCreation, accountCreations, accounts } from '../account.ts';
import { asManagement, managementScope } from '../membership.ts';
import { accountAnswer, creationAnswer } from './answers.ts';

type Floors = Pick<Platform, 'identity' | 'resources'>;
const PAGE = 20;

export const listAccounts = (platform: Floors): Operation<ListAccountsCommandInput, ListAccountsCommandOutput> => ({
  async handle({ MaxResults = PAGE, NextToken }, context) {
    await asManagement(platform, context);
    const query = { limit: MaxResults, token: NextToken, sortBy: 'createdAt' } as const;
    const { items, nextToken } = await platform.resources.list(accounts, managementScope(platform), query);
    return { Accounts: items.map(accountAnswer), NextToken: nextToken };
  },
});

export const describeAccount = (
  platform: Floors,
): Operation<DescribeAccountCommandInput, DescribeAccountCommandOutput> => ({
  async handle({ AccountId = '' }, context) {
    await asManagement(platform, context);
    return { Account: accountAnswer(await platform.resources.get(accounts, managementScope(platform), AccountId)) };
  },
});

export const describeCreateAccountStatus = (
  platform: Floors,
): Operation<DescribeCreateAccountStatusCommandInput, DescribeCreateAccountStatusCommandOutput> => ({
  async handle({ CreateAccountRequestId = '' }, context) {
    await asManagement(platform, context);
    const found = await platform.resources.get(accountCreations, managementScope(platform), CreateAccountRequestId);
    return { CreateAccountStatus: creationAnswer(found) };
  },
});

export const listCreateAccountStatus = (
  platform: Floors,
): Operation<ListCreateAccountStatusCommandInput, ListCreateAccountStatusCommandOutput> => ({
  async handle({ States = [], MaxResults = PAGE, NextToken }, context) {
    await asManagement(platform, context);
    const query = { limit: MaxResults, token: NextToken, sortBy: 'createdAt', status: oneOf(States) } as const;
    const page = await platform.resources.list(accountCreations, managementScope(platform), query);
    const wanted = page.items.filter(({ doc }) => States.length === 0 || States.includes(doc.state));
    return { CreateAccountStatuses: wanted.map(creationAnswer), NextToken: page.nextToken };
  },
});

/** Several states cannot be asked of the store at once; a page is then filtered, as AWS's may be short as well. */
const oneOf = (states: readonly AccountCreation['state'][]) => (states.length === 1 ? states[0] : undefined);
