import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { CreateUserCommand, IAMClient, ListUsersCommand } from '@aws-sdk/client-iam';
import {
  CreateAccountCommand,
  CreateOrganizationCommand,
  OrganizationsClient,
  paginateListAccounts,
} from '@aws-sdk/client-organizations';
import {
  CreateBucketCommand,
  DeleteBucketPolicyCommand,
  GetObjectCommand,
  ListBucketsCommand,
  PutBucketPolicyCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import {
  CreateModelCommand,
  DescribeModelCommand,
  ListModelsCommand,
  SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { startWildsage, type Wildsage } from '../server.ts';
import { XGBOOST } from './built-in-job.ts';

describe('a second account, through the AWS SDK for JavaScript', () => {
  let home: string;
  let server: Wildsage;
  let member: string;
  let connection: Wildsage['connection'];
  const first = () => server.environment.WILDSAGE_ROLE_ARN!.split(':')[4]!;

  before(async () => {
    home = mkdtempSync(join(tmpdir(), 'wildsage-accounts-'));
    server = await startWildsage({ home });
  });
  after(async () => {
    await server?.stop();
    rmSync(home, { recursive: true, force: true });
  });

  /** As those of the management account do it: by the role that the new account was made with. */
  const enter = async () => {
    const { Credentials } = await new STSClient(server.connection).send(
      new AssumeRoleCommand({
        RoleArn: `arn:aws:iam::${member}:role/OrganizationAccountAccessRole`,
        RoleSessionName: 'visit',
      }),
    );
    const credentials = {
      accessKeyId: Credentials!.AccessKeyId!,
      secretAccessKey: Credentials!.SecretAccessKey!,
      sessionToken: Credentials!.SessionToken!,
    };
    return { ...server.connection, credentials };
  };

  const model = (accountId: string) => ({
    ModelName: 'same-name',
    ExecutionRoleArn: `arn:aws:iam::${accountId}:role/SageMakerRole`,
    PrimaryContainer: { Image: XGBOOST },
  });

  it('comes from Organizations and is entered by its role', async () => {
    const organizations = new OrganizationsClient(server.connection);
    await organizations.send(new CreateOrganizationCommand({}));
    const { CreateAccountStatus } = await organizations.send(
      new CreateAccountCommand({ AccountName: 'research', Email: 'research@example.com' }),
    );
    assert.equal(CreateAccountStatus!.State, 'SUCCEEDED');
    member = CreateAccountStatus!.AccountId!;
    connection = await enter();
    const { Account, Arn } = await new STSClient(connection).send(new GetCallerIdentityCommand({}));
    assert.equal(Account, member);
    assert.equal(Arn, `arn:aws:sts::${member}:assumed-role/OrganizationAccountAccessRole/visit`);
  });

  it('has models, users and roles of its own', async () => {
    const [ours, theirs] = [new SageMakerClient(server.connection), new SageMakerClient(connection)];
    const { ModelArn } = await theirs.send(new CreateModelCommand(model(member)));
    assert.equal(ModelArn, `arn:aws:sagemaker:us-east-1:${member}:model/same-name`);
    assert.deepEqual((await ours.send(new ListModelsCommand({}))).Models, []);
    await assert.rejects(ours.send(new DescribeModelCommand({ ModelName: 'same-name' })), /Could not find model/);
    await ours.send(new CreateModelCommand(model(first())));
    assert.equal((await theirs.send(new ListModelsCommand({}))).Models!.length, 1);
    await assert.rejects(
      theirs.send(new CreateModelCommand({ ...model(first()), ModelName: 'by-foreign-role' })),
      /Cross-account pass role is not allowed/,
    );
    await new IAMClient(connection).send(new CreateUserCommand({ UserName: 'theirs' }));
    assert.deepEqual((await new IAMClient(server.connection).send(new ListUsersCommand({}))).Users, []);
  });

  it('reaches another account’s bucket as far as its policy goes', async () => {
    const [ours, theirs] = [new S3Client(server.connection), new S3Client(connection)];
    const Bucket = 'shared-data';
    await ours.send(new CreateBucketCommand({ Bucket }));
    await ours.send(new PutObjectCommand({ Bucket, Key: 'shared/rows', Body: 'rows' }));
    await ours.send(new PutObjectCommand({ Bucket, Key: 'private', Body: 'ours' }));
    assert.deepEqual((await theirs.send(new ListBucketsCommand({}))).Buckets ?? [], []);
    const read = (Key: string) => theirs.send(new GetObjectCommand({ Bucket, Key }));
    await assert.rejects(read('shared/rows'), { name: 'AccessDenied' });
    await assert.rejects(theirs.send(new CreateBucketCommand({ Bucket })), { name: 'BucketAlreadyExists' });
    const statement = {
      Effect: 'Allow',
      Principal: { AWS: `arn:aws:iam::${member}:root` },
      Action: 's3:GetObject',
      Resource: `arn:aws:s3:::${Bucket}/shared/*`,
    };
    const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
    await ours.send(new PutBucketPolicyCommand({ Bucket, Policy }));
    assert.equal(await (await read('shared/rows')).Body!.transformToString(), 'rows');
    await assert.rejects(read('private'), { name: 'AccessDenied' });
    await assert.rejects(theirs.send(new PutObjectCommand({ Bucket, Key: 'shared/new', Body: 'x' })), {
      name: 'AccessDenied',
    });
    await ours.send(new DeleteBucketPolicyCommand({ Bucket }));
    await assert.rejects(read('shared/rows'), { name: 'AccessDenied' });
  });

  it('is there after kill -9', async () => {
    await server.kill();
    server = await startWildsage({ home });
    const accounts: string[] = [];
    for await (const page of paginateListAccounts({ client: new OrganizationsClient(server.connection) }, {})) {
      accounts.push(...page.Accounts!.map(({ Id }) => Id!));
    }
    assert.deepEqual(accounts.toSorted(), [first(), member].toSorted());
    const { Models } = await new SageMakerClient(await enter()).send(new ListModelsCommand({}));
    assert.deepEqual(
      Models!.map(({ ModelName }) => ModelName),
      ['same-name'],
    );
  });
});
