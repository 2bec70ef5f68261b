import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import type { Credentials } from '../identity/identity.ts';
import { CliError } from './cli-error.ts';
import type { FoundServer } from './find-server.ts';

/** Temporary credentials of the execution role, as a job or a notebook has them. */
export async function roleCredentials({ url, region, credentials }: FoundServer): Promise<Credentials> {
  const { accessKeyId, secretAccessKey, roleArn } = credentials;
  const client = new STSClient({ endpoint: url, region, credentials: { accessKeyId, secretAccessKey } });
  try {
    const input = { RoleArn: roleArn, RoleSessionName: 'SageMaker' };
    const { Credentials: given } = await client.send(new AssumeRoleCommand(input));
    if (!given?.AccessKeyId || !given.SecretAccessKey) throw new Error('the answer has no credentials');
    return {
      accessKeyId: given.AccessKeyId,
      secretAccessKey: given.SecretAccessKey,
      sessionToken: given.SessionToken,
      expiration: given.Expiration,
    };
  } catch (error) {
    throw new CliError(`${roleArn} could not be assumed: ${(error as Error).message}`);
  } finally {
    client.destroy();
  }
}
