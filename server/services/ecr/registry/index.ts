import { randomBytes } from 'node:crypto';
import type {
  DescribeRegistryCommandInput,
  DescribeRegistryCommandOutput,
  GetAuthorizationTokenCommandInput,
  GetAuthorizationTokenCommandOutput,
} from '@aws-sdk/client-ecr';
import type { Operation } from '../../../operations.ts';
import type { Feature } from '../../../platform.ts';
import { registryHost } from '../repository.ts';

const TWELVE_HOURS_MS = 12 * 60 * 60 * 1000;

/** A login for `docker login`, fresh each time. No registry takes it here: images are looked up, not pulled. */
const getAuthorizationToken: Operation<GetAuthorizationTokenCommandInput, GetAuthorizationTokenCommandOutput> = {
  handle: ({ registryIds }, context) => ({
    authorizationData: (registryIds ?? [context.accountId]).map((accountId) => ({
      authorizationToken: Buffer.from(`AWS:${randomBytes(48).toString('base64url')}`).toString('base64'),
      expiresAt: new Date(context.now.getTime() + TWELVE_HOURS_MS),
      proxyEndpoint: `https://${registryHost({ accountId, region: context.region })}`,
    })),
  }),
};

const describeRegistry: Operation<DescribeRegistryCommandInput, DescribeRegistryCommandOutput> = {
  handle: (_, { accountId }) => ({ registryId: accountId, replicationConfiguration: { rules: [] } }),
};

export const registryFeature = (): Feature => ({
  service: 'ecr',
  operations: { GetAuthorizationToken: getAuthorizationToken, DescribeRegistry: describeRegistry },
});
