import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { GetRoleCommand, IAMClient, TagRoleCommand } from '@aws-sdk/client-iam';
import type { ServiceError } from '../errors.ts';
import { protocols } from './index.ts';
import { clientOf, operationOf, otherSide } from './sdk-exchange.ts';

const decode = async (service: string, name: string, form: string) =>
  protocols.query.decode(await operationOf(service, name), {
    method: 'POST',
    labels: {},
    query: new URLSearchParams(),
    headers: {},
    body: Buffer.from(form),
  });

describe('Query', () => {
  it('reads what the AWS SDK writes', async () => {
    const operation = await operationOf('iam', 'TagRole');
    const server = otherSide({ operation, protocol: 'query', answer: { output: undefined } });
    const Tags = Array.from({ length: 12 }, (_, i) => ({ Key: `k${i}`, Value: `a&b=${i}+ü%` }));
    await new IAMClient(clientOf(server)).send(new TagRoleCommand({ RoleName: 'r', Tags }));
    assert.deepEqual(server.seen.input, { RoleName: 'r', Tags });
  });

  it('writes what the AWS SDK reads', async () => {
    const operation = await operationOf('iam', 'GetRole');
    const Role = {
      RoleName: '<r>',
      RoleId: 'AROA',
      Arn: 'arn',
      Path: '/',
      CreateDate: new Date(1_700_000_000_000),
      MaxSessionDuration: 3600,
      Description: ' "quotes" & \'more\' ',
      Tags: [{ Key: 'k', Value: '' }],
    };
    const server = otherSide({ operation, protocol: 'query', answer: { output: { Role } } });
    const answer = await new IAMClient(clientOf(server)).send(new GetRoleCommand({ RoleName: 'r' }));
    assert.deepEqual(answer.Role, Role);
    assert.match(server.seen.response!.body as string, /<RequestId>the-request-id<\/RequestId>/);
  });

  it('orders list items by number, whatever their order and gaps', async () => {
    const form = 'RoleName=r&TagKeys.member.10=c&TagKeys.member.2=b&TagKeys.member.1=a&TagKeys.member.x=no';
    assert.deepEqual(await decode('iam', 'UntagRole', form), { RoleName: 'r', TagKeys: ['a', 'b', 'c'] });
  });

  it('goes into structures in lists in structures', async () => {
    const form =
      'Namespace=n&MetricData.member.1.MetricName=m&MetricData.member.1.Dimensions.member.1.Name=d&' +
      'MetricData.member.1.Dimensions.member.1.Value=v&MetricData.member.1.StatisticValues.Sum=1e3';
    assert.deepEqual(await decode('cloudwatch', 'PutMetricData', form), {
      Namespace: 'n',
      MetricData: [{ MetricName: 'm', Dimensions: [{ Name: 'd', Value: 'v' }], StatisticValues: { Sum: 1000 } }],
    });
  });

  it('writes whole doubles with a point', async () => {
    const operation = await operationOf('cloudwatch', 'GetMetricStatistics');
    const { body } = protocols.query.encode(operation, { Datapoints: [{ Average: 2 }] }, 'id');
    assert.match(body as string, /<Average>2\.0<\/Average>/);
  });

  const hostile: [string, string][] = [
    ['names nested without end', `${'A.'.repeat(5000)}A=1`],
    ['fields without end', 'a=1&'.repeat(30_000)],
    ['a number that is none', 'RoleName=r&MaxSessionDuration=0x10'],
  ];
  for (const [what, form] of hostile) {
    it(`refuses ${what}`, async () => {
      await assert.rejects(decode('iam', 'UpdateRole', form), ({ status }: ServiceError) => status === 400);
    });
  }
});
