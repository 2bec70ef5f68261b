import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteBucketCorsCommand,
  DeleteBucketPolicyCommand,
  DeletePublicAccessBlockCommand,
  GetBucketAclCommand,
  GetBucketCorsCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketLocationCommand,
  GetBucketNotificationConfigurationCommand,
  GetBucketOwnershipControlsCommand,
  GetBucketPolicyCommand,
  GetBucketPolicyStatusCommand,
  GetBucketTaggingCommand,
  GetObjectAclCommand,
  GetObjectCommand,
  GetPublicAccessBlockCommand,
  HeadBucketCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutBucketAclCommand,
  PutBucketCorsCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketOwnershipControlsCommand,
  PutBucketPolicyCommand,
  PutBucketTaggingCommand,
  PutObjectAclCommand,
  type PutObjectAclCommandInput,
  PutObjectCommand,
  PutPublicAccessBlockCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { fails, type S3Server, startS3 } from './s3-server.ts';

describe('buckets over S3', () => {
  let server: S3Server;
  let s3: S3Client;
  before(async () => {
    server = await startS3();
    s3 = server.client();
  });
  after(() => server.close());

  const create = (Bucket: string) =>
    s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' } }));

  it('are created where the request goes, and nowhere else', async () => {
    await create('in-ireland');
    const { LocationConstraint } = await s3.send(new GetBucketLocationCommand({ Bucket: 'in-ireland' }));
    assert.equal(LocationConstraint, 'eu-west-1');
    const elsewhere = { LocationConstraint: 'us-west-2' as const };
    const misplaced = new CreateBucketCommand({ Bucket: 'nowhere', CreateBucketConfiguration: elsewhere });
    await fails(s3.send(misplaced), 'IllegalLocationConstraintException', 400);
    const east = server.client({ region: 'us-east-1' });
    await east.send(new CreateBucketCommand({ Bucket: 'in-virginia' }));
    await east.send(new CreateBucketCommand({ Bucket: 'in-virginia' }));
    assert.equal(
      (await east.send(new GetBucketLocationCommand({ Bucket: 'in-virginia' }))).LocationConstraint,
      undefined,
    );
    assert.equal((await s3.send(new HeadBucketCommand({ Bucket: 'in-virginia' }))).BucketRegion, 'us-east-1');
    await fails(create('in-ireland'), 'BucketAlreadyOwnedByYou', 409);
    await fails(create('Not_A_Name'), 'InvalidBucketName', 400);
  });

  it('are listed page by page, and deleted when empty', async () => {
    for (const name of ['list-a', 'list-b', 'list-c']) await create(name);
    const first = await s3.send(new ListBucketsCommand({ Prefix: 'list-', MaxBuckets: 2 }));
    assert.deepEqual(
      first.Buckets?.map(({ Name }) => Name),
      ['list-a', 'list-b'],
    );
    const { ContinuationToken } = first;
    const second = await s3.send(new ListBucketsCommand({ Prefix: 'list-', MaxBuckets: 2, ContinuationToken }));
    assert.deepEqual(
      second.Buckets?.map(({ Name }) => Name),
      ['list-c'],
    );
    assert.equal(second.ContinuationToken, undefined);
    await s3.send(new PutObjectCommand({ Bucket: 'list-a', Key: 'k', Body: 'x' }));
    await fails(s3.send(new DeleteBucketCommand({ Bucket: 'list-a' })), 'BucketNotEmpty', 409);
    await s3.send(new DeleteBucketCommand({ Bucket: 'list-b' }));
    await fails(s3.send(new HeadBucketCommand({ Bucket: 'list-b' })), 'NotFound', 404);
    await fails(s3.send(new ListObjectsV2Command({ Bucket: 'list-b' })), 'NoSuchBucket', 404);
  });

  it('keep their settings', async () => {
    const Bucket = 'settings';
    await create(Bucket);
    await fails(s3.send(new GetBucketCorsCommand({ Bucket })), 'NoSuchCORSConfiguration', 404);
    const CORSRules = [{ AllowedMethods: ['GET'], AllowedOrigins: ['https://example.com'], MaxAgeSeconds: 5 }];
    await s3.send(new PutBucketCorsCommand({ Bucket, CORSConfiguration: { CORSRules } }));
    assert.deepEqual((await s3.send(new GetBucketCorsCommand({ Bucket }))).CORSRules, CORSRules);
    await s3.send(new DeleteBucketCorsCommand({ Bucket }));
    await fails(s3.send(new GetBucketCorsCommand({ Bucket })), 'NoSuchCORSConfiguration', 404);

    const TagSet = [{ Key: 'team', Value: 'ml' }];
    await s3.send(new PutBucketTaggingCommand({ Bucket, Tagging: { TagSet } }));
    assert.deepEqual((await s3.send(new GetBucketTaggingCommand({ Bucket }))).TagSet, TagSet);

    const until = new Date('2030-01-01T00:00:00.000Z');
    const Rules = [{ ID: 'r', Status: 'Enabled' as const, Filter: { Prefix: 'tmp/' }, Expiration: { Date: until } }];
    await s3.send(new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: { Rules } }));
    assert.deepEqual((await s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket }))).Rules, Rules);

    const { $metadata, ...nothing } = await s3.send(new GetBucketNotificationConfigurationCommand({ Bucket }));
    assert.deepEqual([$metadata.httpStatusCode, nothing], [200, {}]);
  });

  it('have access lists only where ownership controls allow them', async () => {
    const Bucket = 'lists';
    await create(Bucket);
    const owned = await s3.send(new GetBucketOwnershipControlsCommand({ Bucket }));
    assert.equal(owned.OwnershipControls?.Rules?.[0]?.ObjectOwnership, 'BucketOwnerEnforced');
    const putAcl = () => s3.send(new PutBucketAclCommand({ Bucket, ACL: 'public-read' }));
    await fails(putAcl(), 'AccessControlListNotSupported', 400);
    const OwnershipControls = { Rules: [{ ObjectOwnership: 'ObjectWriter' as const }] };
    await s3.send(new PutBucketOwnershipControlsCommand({ Bucket, OwnershipControls }));
    await putAcl();
    const { Grants } = await s3.send(new GetBucketAclCommand({ Bucket }));
    assert.deepEqual(
      Grants?.map(({ Permission }) => Permission),
      ['FULL_CONTROL', 'READ'],
    );
  });

  it('let access lists of objects be set to what holds anyway', async () => {
    const place = { Bucket: 'owned-lists', Key: 'k' };
    await create(place.Bucket);
    await s3.send(new PutObjectCommand({ ...place, Body: 'x' }));
    const { Owner, Grants } = await s3.send(new GetObjectAclCommand(place));
    const put = (more: Partial<PutObjectAclCommandInput>) => s3.send(new PutObjectAclCommand({ ...place, ...more }));
    await put({ ACL: 'bucket-owner-full-control' });
    await put({ AccessControlPolicy: { Owner, Grants } });
    const others = { Owner, Grants: Grants?.map((grant) => ({ ...grant, Permission: 'READ' as const })) };
    await fails(put({ AccessControlPolicy: others }), 'AccessControlListNotSupported', 400);
    await fails(put({ ACL: 'public-read' }), 'AccessControlListNotSupported', 400);
    await fails(put({ Key: 'none', ACL: 'private' }), 'NoSuchKey', 404);
  });

  it('follow their policy, for other roles and for anyone', async () => {
    const Bucket = 'policies';
    await create(Bucket);
    await s3.send(new PutObjectCommand({ Bucket, Key: 'open/data', Body: 'open' }));
    await s3.send(new PutObjectCommand({ Bucket, Key: 'closed/data', Body: 'closed' }));
    const url = `${server.url}/${Bucket}/open/data`;
    assert.equal((await fetch(url)).status, 403);

    const policy = (statement: object) =>
      JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Sid: 'One', Effect: 'Allow', Action: 's3:GetObject', ...statement }],
      });
    const Policy = policy({ Principal: '*', Resource: `arn:aws:s3:::${Bucket}/open/*` });
    const putPolicy = (text: string) => s3.send(new PutBucketPolicyCommand({ Bucket, Policy: text }));
    await fails(putPolicy(Policy), 'AccessDenied', 403);
    assert.equal(
      (await s3.send(new GetPublicAccessBlockCommand({ Bucket }))).PublicAccessBlockConfiguration?.BlockPublicPolicy,
      true,
    );
    await s3.send(new DeletePublicAccessBlockCommand({ Bucket }));
    await putPolicy(Policy);
    assert.equal((await s3.send(new GetBucketPolicyCommand({ Bucket }))).Policy, Policy);
    assert.equal((await s3.send(new GetBucketPolicyStatusCommand({ Bucket }))).PolicyStatus?.IsPublic, true);
    assert.equal(await (await fetch(url)).text(), 'open');
    assert.equal((await fetch(`${server.url}/${Bucket}/closed/data`)).status, 403);
    const PublicAccessBlockConfiguration = { RestrictPublicBuckets: true };
    await s3.send(new PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration }));
    assert.equal((await fetch(url)).status, 403);
    await s3.send(new DeletePublicAccessBlockCommand({ Bucket }));
    assert.equal((await fetch(url)).status, 200);

    const role = server.client({ credentials: await server.assumeRole() });
    const read = async () => {
      const { Body } = await role.send(new GetObjectCommand({ Bucket, Key: 'closed/data' }));
      return Body!.transformToString();
    };
    await read();
    await putPolicy(
      policy({
        Effect: 'Deny',
        Principal: { AWS: `arn:aws:iam::${server.accountId}:role/SageMakerRole` },
        Resource: `arn:aws:s3:::${Bucket}/closed/*`,
      }),
    );
    await fails(read(), 'AccessDenied', 403);
    await s3.send(new DeleteBucketPolicyCommand({ Bucket }));
    await read();

    for (const wrong of [
      '',
      'no json',
      '{}',
      policy({ Resource: '*', Principal: '*' }),
      policy({ Principal: '*', Resource: 'arn:aws:s3:::other/*' }),
    ]) {
      await fails(putPolicy(wrong), 'MalformedPolicy', 400);
    }
  });

  it('may be closed to writes without a condition', async () => {
    const Bucket = 'conditional';
    await create(Bucket);
    const statement = {
      Effect: 'Deny',
      Principal: '*',
      Action: 's3:PutObject',
      Resource: `arn:aws:s3:::${Bucket}/*`,
      Condition: { Null: { 's3:if-none-match': 'true' } },
    };
    const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
    await s3.send(new PutBucketPolicyCommand({ Bucket, Policy }));
    const role = server.client({ credentials: await server.assumeRole() });
    const object = { Bucket, Key: 'once', Body: 'x' };
    await fails(role.send(new PutObjectCommand(object)), 'AccessDenied', 403);
    await role.send(new PutObjectCommand({ ...object, IfNoneMatch: '*' }));
  });

  it('are not for those who expect another owner', async () => {
    await create('owned');
    const wrong = { Bucket: 'owned', ExpectedBucketOwner: '999999999999' };
    await fails(s3.send(new ListObjectsV2Command(wrong)), 'AccessDenied', 403);
    await s3.send(new ListObjectsV2Command({ Bucket: 'owned', ExpectedBucketOwner: server.accountId }));
  });
});
