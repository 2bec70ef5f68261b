import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  AttachRolePolicyCommand,
  CreateAccessKeyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  IAMClient,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import { CreateBucketCommand, ListBucketsCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import {
  CreateModelCommand,
  CreateTrainingJobCommand,
  type CreateTrainingJobCommandInput,
  DeleteModelCommand,
  DescribeModelCommand,
  DescribeTrainingJobCommand,
  ListModelsCommand,
  SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { startWildsage, until, type Wildsage } from '../server.ts';
import { csvChannel, putData, XGBOOST, xgboostJob } from './built-in-job.ts';

const Bucket = 'permissions';
const ACCOUNT = '111122223333';
const policy = (...statements: object[]) => JSON.stringify({ Version: '2012-10-17', Statement: statements });
const allow = (Action: string | string[], Resource = '*') => ({ Effect: 'Allow', Action, Resource });
const TRUSTS_SAGEMAKER = policy({
  Effect: 'Allow',
  Principal: { Service: 'sagemaker.amazonaws.com' },
  Action: 'sts:AssumeRole',
});

describe('who may do what, where, through the AWS SDK for JavaScript', () => {
  let server: Wildsage;
  let sagemaker: SageMakerClient;
  let iam: IAMClient;

  before(async () => {
    server = await startWildsage();
    sagemaker = new SageMakerClient(server.connection);
    iam = new IAMClient(server.connection);
    const s3 = new S3Client(server.connection);
    await s3.send(new CreateBucketCommand({ Bucket }));
    await putData(s3, Bucket);
  });
  after(() => server?.stop());

  const model = (ModelName: string) => ({
    ModelName,
    ExecutionRoleArn: server.environment.WILDSAGE_ROLE_ARN,
    PrimaryContainer: { Image: XGBOOST },
  });

  /** The connection of a new IAM user with these rights. */
  const userWith = async (UserName: string, ...statements: object[]) => {
    await iam.send(new CreateUserCommand({ UserName }));
    const PolicyDocument = policy(...statements);
    await iam.send(new PutUserPolicyCommand({ UserName, PolicyName: 'rights', PolicyDocument }));
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
    const credentials = { accessKeyId: AccessKey!.AccessKeyId!, secretAccessKey: AccessKey!.SecretAccessKey! };
    return { ...server.connection, credentials };
  };

  it('tells a restricted user what is not allowed, in AWS’s words', async () => {
    const arn = `arn:aws:sagemaker:us-east-1:${ACCOUNT}:model`;
    const connection = await userWith(
      'reader',
      allow(['sagemaker:DescribeModel', 'sagemaker:ListModels']),
      allow('sagemaker:CreateModel', `${arn}/mine-*`),
      { Effect: 'Deny', Action: 'sagemaker:DeleteModel', Resource: '*' },
    );
    await sagemaker.send(new CreateModelCommand(model('others')));
    const user = new SageMakerClient(connection);
    assert.equal((await user.send(new DescribeModelCommand({ ModelName: 'others' }))).ModelName, 'others');
    const says = (action: string, resource: string, reason: string) => ({
      name: 'AccessDeniedException',
      message: `User: arn:aws:iam::${ACCOUNT}:user/reader is not authorized to perform: ${action} on resource: ${resource} ${reason}`,
    });
    await assert.rejects(
      user.send(new CreateModelCommand(model('not-mine'))),
      says(
        'sagemaker:CreateModel',
        `${arn}/not-mine`,
        'because no identity-based policy allows the sagemaker:CreateModel action',
      ),
    );
    // Its own name is allowed, but to hand a role over is a right of its own.
    await assert.rejects(
      user.send(new CreateModelCommand(model('mine-1'))),
      says(
        'iam:PassRole',
        server.environment.WILDSAGE_ROLE_ARN!,
        'because no identity-based policy allows the iam:PassRole action',
      ),
    );
    await assert.rejects(
      user.send(new DeleteModelCommand({ ModelName: 'others' })),
      says('sagemaker:DeleteModel', `${arn}/others`, 'with an explicit deny in an identity-based policy'),
    );
    await assert.rejects(new S3Client(connection).send(new ListBucketsCommand({})), {
      name: 'AccessDenied',
      message: `User: arn:aws:iam::${ACCOUNT}:user/reader is not authorized to perform: s3:ListAllMyBuckets on resource: * because no identity-based policy allows the s3:ListAllMyBuckets action`,
    });
  });

  it('refuses a wrong secret and an unknown key', async () => {
    const { credentials } = server.connection;
    const ask = (further: object) =>
      new SageMakerClient({ ...server.connection, credentials: { ...credentials, ...further } }).send(
        new ListModelsCommand({}),
      );
    await assert.rejects(ask({ secretAccessKey: 'another' }), { name: 'InvalidSignatureException' });
    await assert.rejects(ask({ accessKeyId: 'AKIAUNKNOWNUNKNOWN00' }), {
      name: 'UnrecognizedClientException',
      message: 'The security token included in the request is invalid.',
    });
  });

  it('gives temporary credentials of the execution role, which may do what the role may', async () => {
    const RoleArn = server.environment.WILDSAGE_ROLE_ARN;
    const { Credentials } = await new STSClient(server.connection).send(
      new AssumeRoleCommand({ RoleArn, RoleSessionName: 'me' }),
    );
    const credentials = {
      accessKeyId: Credentials!.AccessKeyId!,
      secretAccessKey: Credentials!.SecretAccessKey!,
      sessionToken: Credentials!.SessionToken!,
    };
    const connection = { ...server.connection, credentials };
    const { Arn, Account } = await new STSClient(connection).send(new GetCallerIdentityCommand({}));
    assert.deepEqual([Arn, Account], [`arn:aws:sts::${ACCOUNT}:assumed-role/SageMakerRole/me`, ACCOUNT]);
    await new S3Client(connection).send(new PutObjectCommand({ Bucket, Key: 'by-role', Body: 'x' }));
    await assert.rejects(new IAMClient(connection).send(new CreateUserCommand({ UserName: 'evil' })), {
      name: 'AccessDenied',
    });
  });

  it('keeps regions apart', async () => {
    const regions = ['eu-central-1', 'ap-southeast-2', 'us-gov-west-1'];
    const clients = regions.map((region) => new SageMakerClient({ ...server.connection, region }));
    for (const [index, client] of clients.entries()) {
      const { ModelArn } = await client.send(new CreateModelCommand(model('same-name')));
      const partition = index === 2 ? 'aws-us-gov' : 'aws';
      assert.equal(ModelArn, `arn:${partition}:sagemaker:${regions[index]}:${ACCOUNT}:model/same-name`);
    }
    await clients[0]!.send(new DeleteModelCommand({ ModelName: 'same-name' }));
    const counts = await Promise.all(
      clients.map(async (client) => (await client.send(new ListModelsCommand({}))).Models!.length),
    );
    assert.deepEqual(counts, [0, 1, 1]);
    await assert.rejects(clients[0]!.send(new DescribeModelCommand({ ModelName: 'others' })), /Could not find model/);
  });

  describe('a training job that cannot be', () => {
    const create = (name: string, further: Partial<CreateTrainingJobCommandInput>) =>
      sagemaker.send(new CreateTrainingJobCommand({ ...xgboostJob(server, name, Bucket), ...further }));

    it('names an image that nobody has', async () => {
      const TrainingImage = `${ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com/nothing:1`;
      const AlgorithmSpecification = { TrainingImage, TrainingInputMode: 'File' as const };
      await assert.rejects(create('no-image', { AlgorithmSpecification }), {
        name: 'ValidationException',
        message: /nothing:1".*Repositories that run: /,
      });
    });

    it('has no data', async () => {
      const InputDataConfig = [csvChannel('train', `s3://${Bucket}/nowhere`)];
      await assert.rejects(create('no-data', { InputDataConfig }), {
        name: 'ValidationException',
        message: /^No S3 objects found under S3 URL "s3:\/\/permissions\/nowhere" given in input data source\./,
      });
    });

    it('names a role that is not there, or that SageMaker may not take', async () => {
      const AssumeRolePolicyDocument = TRUSTS_SAGEMAKER.replace('sagemaker', 'lambda');
      await iam.send(new CreateRoleCommand({ RoleName: 'for-lambda', AssumeRolePolicyDocument }));
      for (const role of ['nobody', 'for-lambda']) {
        await assert.rejects(create('no-role', { RoleArn: `arn:aws:iam::${ACCOUNT}:role/${role}` }), {
          name: 'ValidationException',
          message: new RegExp(`^Could not assume role arn:aws:iam::${ACCOUNT}:role/${role}\\. Please ensure`),
        });
      }
    });

    it('has hyperparameters that the algorithm does not take', async () => {
      await create('bad-hyperparameters', { HyperParameters: { num_round: 'many', objective: 'reg:squarederror' } });
      const job = await ended('bad-hyperparameters');
      assert.equal(job.TrainingJobStatus, 'Failed');
      assert.match(job.FailureReason!, /^AlgorithmError: .*num_round.*exit code: 1$/s);
    });

    it('has no place for its model', async () => {
      await create('no-place', { OutputDataConfig: { S3OutputPath: 's3://no-such-bucket/output' } });
      const job = await ended('no-place');
      assert.equal(job.TrainingJobStatus, 'Failed');
      assert.match(job.FailureReason!, /^ClientError: Artifact upload failed:.*s3:\/\/no-such-bucket\/output\//s);
      assert.equal(job.ModelArtifacts, undefined);
    });

    it('has a role that may list the data but not read it', async () => {
      const RoleName = 'no-reading';
      await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: TRUSTS_SAGEMAKER }));
      const PolicyDocument = policy(allow(['s3:ListBucket', 's3:PutObject']));
      await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'rights', PolicyDocument }));
      const RoleArn = `arn:aws:iam::${ACCOUNT}:role/${RoleName}`;
      await create('no-reading', { RoleArn });
      const job = await ended('no-reading');
      assert.equal(job.TrainingJobStatus, 'Failed');
      assert.match(job.FailureReason!, /^ClientError: Data download failed:.*s3:GetObject/s);
      // The right comes with the next policy, without a restart of anything.
      const PolicyArn = 'arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess';
      await iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn }));
      await create('reading', { RoleArn });
      assert.equal((await ended('reading')).TrainingJobStatus, 'Completed');
    });

    const ended = (TrainingJobName: string) =>
      until(`the end of ${TrainingJobName}`, async () => {
        const job = await sagemaker.send(new DescribeTrainingJobCommand({ TrainingJobName }));
        return job.TrainingJobStatus !== 'InProgress' && job;
      });
  });
});
