import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type * as Sdk from '@aws-sdk/client-ecr';
import { silentLogger } from '../../logger.ts';
import type { Operation, RequestContext } from '../../operations.ts';
import type { Platform } from '../../platform.ts';
import { openResourceStore } from '../../resources/index.ts';
import type { ResourceStore } from '../../resources/resource-store.ts';
import { ecrFeatures } from './index.ts';

const NOW = new Date('2026-01-15T12:00:00Z');
const OWN = '111122223333';
const AWS = '683313688378';
const context = { accountId: OWN, region: 'eu-west-1', now: NOW } as RequestContext;

let home: string;
let resources: ResourceStore;
let operations: Record<string, Operation>;

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'ecr-'));
  writeFileSync(join(home, 'requirements.txt'), 'numpy==2.0.0\n');
  const runtimes = [
    {
      name: 'mine',
      repositories: ['my/algorithm'],
      tags: ['1', '2-*'],
      requirements: 'requirements.txt',
      train: ['x'],
    },
    { name: 'other', repositories: ['my/algorithm'], tags: ['3'], train: ['y'] },
  ];
  writeFileSync(join(home, 'runtimes.json'), JSON.stringify(runtimes));
  const clock = { now: () => NOW };
  resources = await openResourceStore({ path: ':memory:' }, { clock, log: silentLogger });
  const platform = { config: { home }, resources, clock } as unknown as Platform;
  operations = Object.assign({}, ...ecrFeatures(platform).map((feature) => feature.operations));
});
afterEach(async () => {
  await resources.close();
  rmSync(home, { recursive: true });
});

const call = async <T>(operation: string, input: object = {}): Promise<T> =>
  (await operations[operation]!.handle(input, context)) as T;

describe('ECR repositories', () => {
  it('are described as they were made', async () => {
    const tags = [{ Key: 'team', Value: 'x' }];
    const made = await call<Sdk.CreateRepositoryCommandOutput>('CreateRepository', { repositoryName: 'a/b', tags });
    const { repositories } = await call<Sdk.DescribeRepositoriesCommandOutput>('DescribeRepositories', {
      repositoryNames: ['a/b'],
    });
    assert.deepEqual(repositories, [made.repository]);
    assert.deepEqual(JSON.parse(JSON.stringify(made.repository)), {
      repositoryArn: `arn:aws:ecr:eu-west-1:${OWN}:repository/a/b`,
      registryId: OWN,
      repositoryName: 'a/b',
      repositoryUri: `${OWN}.dkr.ecr.eu-west-1.amazonaws.com/a/b`,
      createdAt: NOW.toISOString(),
      imageTagMutability: 'MUTABLE',
      imageScanningConfiguration: { scanOnPush: false },
      encryptionConfiguration: { encryptionType: 'AES256' },
    });
  });

  it('cannot be made twice, nor used when they are not there', async () => {
    await call('CreateRepository', { repositoryName: 'a' });
    await assert.rejects(call('CreateRepository', { repositoryName: 'a' }), {
      code: 'RepositoryAlreadyExistsException',
      message: `The repository with name 'a' already exists in the registry with id '${OWN}'`,
    });
    await call('DeleteRepository', { repositoryName: 'a' });
    for (const operation of ['DeleteRepository', 'GetRepositoryPolicy', 'DescribeImages', 'ListImages']) {
      await assert.rejects(call(operation, { repositoryName: 'a' }), {
        code: 'RepositoryNotFoundException',
        message: `The repository with name 'a' does not exist in the registry with id '${OWN}'`,
      });
    }
  });

  it('are listed page by page', async () => {
    for (const repositoryName of ['c', 'a', 'b']) await call('CreateRepository', { repositoryName });
    const first = await call<Sdk.DescribeRepositoriesCommandOutput>('DescribeRepositories', { maxResults: 2 });
    const second = await call<Sdk.DescribeRepositoriesCommandOutput>('DescribeRepositories', {
      maxResults: 2,
      nextToken: first.nextToken,
    });
    const names = [...first.repositories!, ...second.repositories!].map((repository) => repository.repositoryName);
    assert.deepEqual(names, ['a', 'b', 'c']);
    assert.equal(second.nextToken, undefined);
    await assert.rejects(call('DescribeRepositories', { nextToken: 'zz' }), { code: 'InvalidParameterException' });
  });

  it('of any other registry are those of the runtimes', async () => {
    const found = await call<Sdk.DescribeRepositoriesCommandOutput>('DescribeRepositories', {
      registryId: AWS,
      repositoryNames: ['my/algorithm'],
    });
    assert.deepEqual(found.repositories, [
      {
        repositoryArn: `arn:aws:ecr:eu-west-1:${AWS}:repository/my/algorithm`,
        registryId: AWS,
        repositoryName: 'my/algorithm',
        repositoryUri: `${AWS}.dkr.ecr.eu-west-1.amazonaws.com/my/algorithm`,
      },
    ]);
    const names: string[] = [];
    for (let nextToken: string | undefined; ; ) {
      const page = await call<Sdk.DescribeRepositoriesCommandOutput>('DescribeRepositories', {
        ...{ registryId: AWS, maxResults: 2, nextToken },
      });
      names.push(...page.repositories!.map((repository) => repository.repositoryName!));
      nextToken = page.nextToken;
      if (!nextToken) break;
    }
    assert.ok(names.includes('my/algorithm') && names.includes('sagemaker-xgboost'));
    assert.equal(new Set(names).size, names.length);
    await assert.rejects(call('DescribeRepositories', { registryId: AWS, repositoryNames: ['nope'] }), {
      code: 'RepositoryNotFoundException',
    });
  });

  it('keep a policy', async () => {
    const repositoryName = 'a';
    await call('CreateRepository', { repositoryName });
    const none = { code: 'RepositoryPolicyNotFoundException' };
    await assert.rejects(call('GetRepositoryPolicy', { repositoryName }), none);
    await assert.rejects(call('SetRepositoryPolicy', { repositoryName, policyText: '{' }), {
      code: 'InvalidParameterException',
    });
    const policyText = '{"Version":"2012-10-17","Statement":[]}';
    await call('SetRepositoryPolicy', { repositoryName, policyText });
    const expected = { registryId: OWN, repositoryName, policyText };
    assert.deepEqual(await call('GetRepositoryPolicy', { repositoryName }), expected);
    assert.deepEqual(await call('DeleteRepositoryPolicy', { repositoryName }), expected);
    await assert.rejects(call('DeleteRepositoryPolicy', { repositoryName }), none);
  });

  it('carry tags', async () => {
    await call('CreateRepository', { repositoryName: 'a', tags: [{ Key: 'x', Value: '1' }] });
    const resourceArn = `arn:aws:ecr:eu-west-1:${OWN}:repository/a`;
    await call('TagResource', { resourceArn, tags: [{ Key: 'y', Value: '2' }] });
    await call('UntagResource', { resourceArn, tagKeys: ['x'] });
    const { tags } = await call<Sdk.ListTagsForResourceCommandOutput>('ListTagsForResource', { resourceArn });
    assert.deepEqual(
      tags!.map(({ Key, Value }) => [Key, Value]),
      [['y', '2']],
    );
    await assert.rejects(call('ListTagsForResource', { resourceArn: `${resourceArn}b` }), {
      code: 'RepositoryNotFoundException',
    });
    await assert.rejects(call('ListTagsForResource', { resourceArn: 'a' }), { code: 'InvalidParameterException' });
  });
});

describe('ECR images', () => {
  const repository = { registryId: AWS, repositoryName: 'my/algorithm' };
  const get = (...imageIds: object[]) =>
    call<Sdk.BatchGetImageCommandOutput>('BatchGetImage', { ...repository, imageIds });

  it('are the runtimes, in any registry but one’s own', async () => {
    const { imageDetails } = await call<Sdk.DescribeImagesCommandOutput>('DescribeImages', repository);
    assert.deepEqual(imageDetails!.map((image) => image.imageTags).sort(), [['1'], ['3']]);
    await assert.rejects(call('DescribeImages', { repositoryName: 'my/algorithm' }), {
      code: 'RepositoryNotFoundException',
    });
    await call('CreateRepository', { repositoryName: 'my/algorithm' });
    const own = await call<Sdk.DescribeImagesCommandOutput>('DescribeImages', { repositoryName: 'my/algorithm' });
    assert.equal(own.imageDetails!.length, 2);
  });

  it('include those that come with the platform', async () => {
    const imageIds = [{ imageTag: '1.7-1' }];
    const input = { registryId: AWS, repositoryName: 'sagemaker-xgboost', imageIds };
    const { imageDetails } = await call<Sdk.DescribeImagesCommandOutput>('DescribeImages', input);
    assert.ok(imageDetails![0]!.imageTags!.includes('1.7-1'));
    assert.ok(imageDetails![0]!.imagePushedAt instanceof Date);
  });

  it('have the digest of their manifest, which changes with the requirements', async () => {
    const { images } = await get({ imageTag: '1' });
    const { imageManifest, imageId } = images![0]!;
    assert.equal(imageId!.imageDigest, `sha256:${createHash('sha256').update(imageManifest!).digest('hex')}`);
    const [layer] = JSON.parse(imageManifest!).layers;
    assert.equal(layer.digest, `sha256:${createHash('sha256').update('numpy==2.0.0\n').digest('hex')}`);
  });

  it('are found by tag, by pattern and by digest; what is not found is told', async () => {
    const byTag = await get({ imageTag: '2-cpu' });
    const digest = byTag.images![0]!.imageId!.imageDigest;
    const others = await get(
      { imageDigest: digest },
      { imageTag: '9' },
      { imageDigest: digest, imageTag: '3' },
      { imageDigest: 'x' },
      {},
    );
    assert.equal(others.images!.length, 1);
    assert.deepEqual(
      others.failures!.map((failure) => failure.failureCode),
      ['ImageNotFound', 'ImageNotFound', 'InvalidImageDigest', 'MissingDigestAndTag'],
    );
    await assert.rejects(call('DescribeImages', { ...repository, imageIds: [{ imageTag: '9' }] }), {
      code: 'ImageNotFoundException',
      message:
        "The image with imageId {imageDigest:'null', imageTag:'9'} does not exist within the repository with name " +
        `'my/algorithm' in the registry with id '${AWS}'`,
    });
  });

  it('are listed by tag, page by page', async () => {
    const first = await call<Sdk.ListImagesCommandOutput>('ListImages', { ...repository, maxResults: 1 });
    const second = await call<Sdk.ListImagesCommandOutput>('ListImages', {
      ...repository,
      maxResults: 1,
      nextToken: first.nextToken,
    });
    assert.deepEqual(
      [...first.imageIds!, ...second.imageIds!].map((id) => id.imageTag),
      ['1', '3'],
    );
    assert.equal(second.nextToken, undefined);
    await assert.rejects(call('ListImages', { ...repository, nextToken: 'zz' }), { code: 'InvalidParameterException' });
  });
});

describe('the ECR registry', () => {
  it('gives a login for each registry asked for, that ends after twelve hours', async () => {
    const { authorizationData } = await call<Sdk.GetAuthorizationTokenCommandOutput>('GetAuthorizationToken', {
      registryIds: [OWN, AWS],
    });
    assert.deepEqual(
      authorizationData!.map((login) => login.proxyEndpoint),
      [OWN, AWS].map((id) => `https://${id}.dkr.ecr.eu-west-1.amazonaws.com`),
    );
    const [user, password] = Buffer.from(authorizationData![0]!.authorizationToken!, 'base64').toString().split(':');
    assert.equal(user, 'AWS');
    assert.ok(password!.length >= 48);
    assert.equal(authorizationData![0]!.expiresAt!.getTime() - NOW.getTime(), 12 * 60 * 60 * 1000);
  });

  it('replicates nothing', async () => {
    assert.deepEqual(await call('DescribeRegistry'), { registryId: OWN, replicationConfiguration: { rules: [] } });
  });
});
