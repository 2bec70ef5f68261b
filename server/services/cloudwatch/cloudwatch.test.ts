import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type * as Sdk from '@aws-sdk/client-cloudwatch';
import { silentLogger } from '../../logger.ts';
import type { Operation, RequestContext } from '../../operations.ts';
import type { Platform } from '../../platform.ts';
import { openTelemetry, type TelemetryStore } from '../../telemetry/index.ts';
import { cloudwatchFeatures } from './index.ts';

const NOW = Date.UTC(2026, 0, 15, 12, 0, 30);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const clock = { now: () => new Date(NOW) };
const context = { accountId: '111122223333', region: 'us-east-1', now: clock.now() } as RequestContext;
const ENDPOINT = [
  { Name: 'EndpointName', Value: 'e' },
  { Name: 'VariantName', Value: 'AllTraffic' },
];

let telemetry: TelemetryStore;
let operations: Record<string, Operation>;

beforeEach(async () => {
  telemetry = await openTelemetry({ path: ':memory:', clock, log: silentLogger });
  const platform = { telemetry, clock } as unknown as Platform;
  operations = Object.assign({}, ...cloudwatchFeatures(platform).map((feature) => feature.operations));
});
afterEach(() => telemetry.close());

const call = async <T>(operation: string, input: object, as: RequestContext = context): Promise<T> =>
  (await operations[operation]!.handle(input, as)) as T;
const put = (...MetricData: Partial<Sdk.MetricDatum>[]) =>
  call('PutMetricData', { Namespace: 'app', MetricData: MetricData.map((datum) => ({ MetricName: 'm', ...datum })) });
/** A dynamic part of a label. */
const part = (name: string) => `\${${name}}`;
const at = (ms: number) => new Date(NOW + ms);
const statistics = async (more: Partial<Sdk.GetMetricStatisticsCommandInput> = {}) =>
  (
    await call<Sdk.GetMetricStatisticsCommandOutput>('GetMetricStatistics', {
      Namespace: 'app',
      MetricName: 'm',
      StartTime: at(-10 * MINUTE),
      EndTime: at(MINUTE),
      Period: 60,
      ...(more.ExtendedStatistics ? {} : { Statistics: ['SampleCount', 'Sum', 'Average', 'Minimum', 'Maximum'] }),
      ...more,
    })
  ).Datapoints!;

describe('PutMetricData', () => {
  it('takes values, values with counts, and statistic sets into the same metric', async () => {
    await put(
      { Value: 1 },
      { Values: [2, 3], Counts: [2, 1] },
      { StatisticValues: { SampleCount: 2, Sum: 30, Minimum: 10, Maximum: 20 } },
    );
    assert.deepEqual(await statistics(), [
      {
        Timestamp: new Date(NOW - 30_000),
        SampleCount: 6,
        Sum: 38,
        Average: 38 / 6,
        Minimum: 1,
        Maximum: 20,
        ExtendedStatistics: undefined,
        Unit: 'None',
      },
    ]);
  });

  const refused: [what: string, datum: Partial<Sdk.MetricDatum>, code: string, says: RegExp][] = [
    ['nothing', {}, 'MissingParameter', /MetricData.member.1.Value/],
    ['two kinds', { Value: 1, Values: [1] }, 'InvalidParameterCombination', /mutually exclusive/],
    ['no number', { Value: Number.NaN }, 'InvalidParameterValue', /NaN for parameter MetricData.member.1.Value/],
    ['too much', { Value: 2 ** 361 }, 'InvalidParameterValue', /is invalid/],
    ['counts that do not fit', { Values: [1, 2], Counts: [1] }, 'InvalidParameterValue', /same size/],
    ['counts below nothing', { Values: [1], Counts: [-1] }, 'InvalidParameterValue', /Counts.member.1/],
    ['too many values', { Values: Array(151).fill(1) }, 'InvalidParameterValue', /between 1 and 150/],
    ['what is too old', { Value: 1, Timestamp: at(-15 * DAY) }, 'InvalidParameterValue', /two weeks/],
    ['what is too new', { Value: 1, Timestamp: at(3 * HOUR) }, 'InvalidParameterValue', /two hours/],
    ['an odd resolution', { Value: 1, StorageResolution: 5 }, 'InvalidParameterValue', /must be 1 or 60/],
    ['a dimension twice', { Value: 1, Dimensions: [ENDPOINT[0]!, ENDPOINT[0]!] }, 'InvalidParameterValue', /twice/],
    [
      'a set upside down',
      { StatisticValues: { SampleCount: 1, Sum: 1, Minimum: 2, Maximum: 1 } },
      'InvalidParameterValue',
      /Maximum must be greater/,
    ],
  ];
  for (const [what, datum, code, says] of refused) {
    it(`refuses ${what}, and takes nothing of the request`, async () => {
      await assert.rejects(put(datum), { code, message: says });
      await assert.rejects(put({ Value: 1 }, datum), { code });
      assert.deepEqual(await statistics(), []);
    });
  }

  it('refuses AWS’s own namespaces and more than 1000 data', async () => {
    const datum = { MetricName: 'm', Value: 1 };
    await assert.rejects(call('PutMetricData', { Namespace: 'AWS/SageMaker', MetricData: [datum] }), {
      code: 'InvalidParameterValue',
      message: 'The value AWS/ for parameter Namespace is invalid.',
    });
    await assert.rejects(put(...Array(1001).fill(datum)), { code: 'InvalidParameterValue' });
  });

  it('asks for the namespace in the permission', () => {
    assert.deepEqual(operations.PutMetricData!.permissions!({ Namespace: 'app' }, context), [
      { action: 'cloudwatch:PutMetricData', resource: '*', conditions: { 'cloudwatch:namespace': 'app' } },
    ]);
  });
});

describe('GetMetricStatistics', () => {
  it('begins its buckets at the start, to the minute, and leaves out the end', async () => {
    for (const minutes of [-4, -3, -2, -1, 0]) await put({ Value: minutes, Timestamp: at(minutes * MINUTE) });
    const points = await statistics({ StartTime: at(-3 * MINUTE + 20_000), EndTime: at(-30_000), Period: 120 });
    assert.deepEqual(
      points.map(({ Timestamp, Sum }) => [Timestamp!.getTime() - NOW, Sum]),
      // From 11:57:00 on, two minutes each.
      [
        [-210_000, -5],
        [-90_000, -1],
      ],
    );
  });

  it('gives exact percentiles', async () => {
    for (let value = 1; value <= 100; value++) await put({ Value: value });
    const [point] = await statistics({ ExtendedStatistics: ['p50', 'p99', 'p99.9', 'tm90'] });
    assert.deepEqual(point!.ExtendedStatistics, { p50: 50, p99: 99, 'p99.9': 100, tm90: 45.5 });
    assert.equal(point!.Sum, undefined);
  });

  it('gives no point where percentiles cannot be told', async () => {
    await put({ StatisticValues: { SampleCount: 2, Sum: 3, Minimum: 1, Maximum: 2 } });
    assert.deepEqual(await statistics({ ExtendedStatistics: ['p50'] }), []);
  });

  it('keeps units, dimensions, accounts and regions apart', async () => {
    await put({ Value: 1, Unit: 'Seconds' }, { Value: 2, Unit: 'Bytes' }, { Value: 3, Dimensions: ENDPOINT });
    const units = (await statistics()).map(({ Unit, Sum }) => [Unit, Sum]);
    assert.deepEqual(units.sort(), [
      ['Bytes', 2],
      ['Seconds', 1],
    ]);
    assert.equal((await statistics({ Unit: 'Seconds' })).length, 1);
    const [point] = await statistics({ Dimensions: [...ENDPOINT].reverse() });
    assert.equal(point!.Sum, 3);
    assert.deepEqual(await statistics({ Dimensions: ENDPOINT.slice(1) }), []);
  });

  it('shows seconds of metrics that were put by the second', async () => {
    await put(
      { Value: 1, StorageResolution: 1, Timestamp: at(-2000) },
      { Value: 2, StorageResolution: 1, Timestamp: at(-1000) },
    );
    const bySecond = await statistics({ Period: 1, StartTime: at(-5000), EndTime: at(0) });
    assert.deepEqual(
      bySecond.map(({ Timestamp, Sum }) => [Timestamp!.getTime() - NOW, Sum]),
      [
        [-2000, 1],
        [-1000, 2],
      ],
    );
    assert.equal((await statistics()).length, 1);
  });

  const refused: [what: string, more: Partial<Sdk.GetMetricStatisticsCommandInput>, code: string, says: RegExp][] = [
    ['no statistic', { Statistics: undefined }, 'InvalidParameterCombination', /either/],
    ['an unknown one', { ExtendedStatistics: ['p101'] }, 'InvalidParameterValue', /p101/],
    ['an odd period', { Period: 61 }, 'InvalidParameterValue', /Period/],
    ['an end before the start', { EndTime: at(-HOUR) }, 'InvalidParameterValue', /StartTime must be less/],
    [
      'too many points',
      { StartTime: at(-2 * DAY), EndTime: at(0) },
      'InvalidParameterCombination',
      /up to 2,880 datapoints, which exceeds the limit of 1,440/,
    ],
  ];
  for (const [what, more, code, says] of refused) {
    it(`refuses ${what}`, () => assert.rejects(statistics(more), { code, message: says }));
  }
});

describe('GetMetricData', () => {
  const metric = (Stat: string, more: object = {}) => ({
    MetricStat: { Metric: { Namespace: 'app', MetricName: 'm', ...more }, Period: 60, Stat },
  });
  const data = (queries: object[], more: Partial<Sdk.GetMetricDataCommandInput> = {}) =>
    call<Sdk.GetMetricDataCommandOutput>('GetMetricData', {
      MetricDataQueries: queries,
      StartTime: at(-5 * MINUTE),
      EndTime: at(MINUTE),
      ...more,
    });
  const fill = async () => {
    for (const minutes of [-3, -2, -1]) await put({ Values: [10 * -minutes, 1], Timestamp: at(minutes * MINUTE) });
  };

  it('gives values newest first, or oldest first when asked', async () => {
    await fill();
    const { MetricDataResults } = await data([{ Id: 'm1', ...metric('Maximum') }]);
    assert.deepEqual(MetricDataResults, [
      {
        Id: 'm1',
        Label: 'm',
        Timestamps: [-1, -2, -3].map((minutes) => at(minutes * MINUTE - 30_000)),
        Values: [10, 20, 30],
        StatusCode: 'Complete',
      },
    ]);
    const ascending = await data([{ Id: 'm1', ...metric('Maximum') }], { ScanBy: 'TimestampAscending' });
    assert.deepEqual(ascending.MetricDataResults![0]!.Values, [30, 20, 10]);
  });

  it('works out expressions on each other, and gives only what is to be returned', async () => {
    await fill();
    const { MetricDataResults } = await data([
      { Id: 'e2', Expression: 'e1 * 100', Label: 'per cent' },
      { Id: 'e1', Expression: 'low / high', ReturnData: false },
      { Id: 'low', ...metric('Minimum'), ReturnData: false },
      { Id: 'high', ...metric('p100'), ReturnData: false },
    ]);
    assert.deepEqual(
      MetricDataResults!.map(({ Id, Label, Values }) => [Id, Label, Values]),
      [['e2', 'per cent', [10, 5, 100 / 30]]],
    );
  });

  it('finds the metrics of a search, and names each by what tells it from the others', async () => {
    const of = (variant: string) => [
      { Name: 'EndpointName', Value: 'e' },
      { Name: 'VariantName', Value: variant },
    ];
    await put(
      { MetricName: 'ModelLatency', Value: 3, Dimensions: of('blue') },
      { MetricName: 'ModelLatency', Value: 5, Dimensions: of('green') },
      { MetricName: 'Invocations', Value: 1, Dimensions: of('green') },
      { MetricName: 'ModelLatency', Value: 9 },
    );
    const found = async (search: string, more: object = {}) => {
      const Expression = `SEARCH('${search}', 'Maximum', 60)`;
      const { MetricDataResults } = await data([{ Id: 's', Expression, ...more }]);
      return MetricDataResults!.map(({ Label, Values }) => [Label, Values![0]]);
    };
    const latencies = [
      ['blue', 3],
      ['green', 5],
    ];
    assert.deepEqual(await found('{app,EndpointName,VariantName} MetricName="ModelLatency"'), latencies);
    assert.deepEqual(await found('{app, VariantName, EndpointName} latency'), latencies);
    assert.deepEqual(await found('{app} MetricName="ModelLatency"'), [['ModelLatency', 9]]);
    assert.deepEqual(await found('VariantName=("blue" OR "red")'), [['ModelLatency', 3]]);
    assert.deepEqual(await found('{app,EndpointName,VariantName} NOT Latency'), [['Invocations', 1]]);
    assert.deepEqual(await found('{other}'), []);
    const Label = `max ${part("PROP('Dim.VariantName')")} ${part('MAX')}`;
    assert.deepEqual(await found('green AND model', { Label }), [['max green 5', 5]]);
    const total = `SUM(SEARCH('{app,EndpointName,VariantName} ModelLatency', 'Maximum'))`;
    assert.deepEqual((await data([{ Id: 't', Expression: total }])).MetricDataResults![0]!.Values, [8]);
  });

  it('goes on where a page ended, in either direction', async () => {
    await fill();
    const queries = [
      { Id: 'a', ...metric('Maximum') },
      { Id: 'none', ...metric('Sum', { MetricName: 'zzz' }) },
      { Id: 'b', ...metric('SampleCount') },
    ];
    for (const ScanBy of ['TimestampAscending', 'TimestampDescending'] as const) {
      const whole = await data(queries, { ScanBy });
      for (const MaxDatapoints of [1, 2, 3, 4]) {
        const values: Record<string, number[]> = {};
        let NextToken: string | undefined;
        do {
          const page = await data(queries, { ScanBy, MaxDatapoints, NextToken });
          for (const { Id, Values } of page.MetricDataResults!) values[Id!] = [...(values[Id!] ?? []), ...Values!];
          NextToken = page.NextToken;
        } while (NextToken);
        assert.deepEqual(values, Object.fromEntries(whole.MetricDataResults!.map(({ Id, Values }) => [Id, Values])));
      }
    }
  });

  const refused: [what: string, queries: object[], code: string, says: RegExp][] = [
    ['ids that do not begin with a small letter', [{ Id: 'M', ...metric('Sum') }], 'ValidationError', /pattern/],
    [
      'an id twice',
      [
        { Id: 'm', ...metric('Sum') },
        { Id: 'm', ...metric('Sum') },
      ],
      'ValidationError',
      /unique/,
    ],
    ['neither metric nor expression', [{ Id: 'm' }], 'ValidationError', /either/],
    ['an unknown statistic', [{ Id: 'm', ...metric('Mode') }], 'ValidationError', /Mode/],
    [
      'circles',
      [
        { Id: 'a', Expression: 'b' },
        { Id: 'b', Expression: 'a' },
      ],
      'ValidationError',
      /depends on itself/,
    ],
    ['what it cannot do', [{ Id: 'a', Expression: 'INSIGHT_RULE_METRIC(1)' }], 'ValidationError', /'a'.*not supported/],
    ['a search for nothing', [{ Id: 'a', Expression: "SEARCH('', 'Sum')" }], 'ValidationError', /'a'.*search term/],
    ['a number as the result', [{ Id: 'a', Expression: '1 + 1' }], 'ValidationError', /not a time series/],
  ];
  for (const [what, queries, code, says] of refused) {
    it(`refuses ${what}`, () => assert.rejects(data(queries), { code, message: says }));
  }

  it('refuses a token of another request', async () => {
    await fill();
    const { NextToken } = await data([{ Id: 'a', ...metric('Sum') }], { MaxDatapoints: 1 });
    await assert.rejects(data([{ Id: 'b', ...metric('Sum') }], { NextToken }), { code: 'InvalidNextToken' });
  });
});

describe('ListMetrics', () => {
  const list = async (input: object = {}) => {
    const metrics: string[] = [];
    let NextToken: string | undefined;
    do {
      const page = await call<Sdk.ListMetricsCommandOutput>('ListMetrics', { ...input, NextToken });
      metrics.push(
        ...page.Metrics!.map(({ Namespace, MetricName, Dimensions }) =>
          [Namespace, MetricName, ...Dimensions!.map(({ Name, Value }) => `${Name}=${Value}`)].join(' '),
        ),
      );
      NextToken = page.NextToken;
    } while (NextToken);
    return metrics;
  };

  it('finds metrics by namespace, name and dimensions', async () => {
    await put({ Value: 1 }, { Value: 1, Unit: 'Bytes' }, { Value: 1, MetricName: 'n', Dimensions: ENDPOINT });
    telemetry.putMetrics(context, 'AWS/SageMaker', [
      { name: 'Invocations', value: 1, dimensions: { EndpointName: 'e', VariantName: 'b' } },
    ]);
    const inApp = 'app n EndpointName=e VariantName=AllTraffic';
    const inAws = 'AWS/SageMaker Invocations EndpointName=e VariantName=b';
    assert.deepEqual(await list(), [inAws, 'app m', inApp]);
    assert.deepEqual(await list({ Namespace: 'app' }), ['app m', inApp]);
    assert.deepEqual(await list({ MetricName: 'Invocations' }), [inAws]);
    assert.deepEqual(await list({ Dimensions: [{ Name: 'EndpointName' }] }), [inAws, inApp]);
    assert.deepEqual(
      await list({
        Dimensions: [
          { Name: 'EndpointName', Value: 'e' },
          { Name: 'VariantName', Value: 'b' },
        ],
      }),
      [inAws],
    );
    assert.deepEqual(await list({ Dimensions: [{ Name: 'EndpointName', Value: 'x' }] }), []);
  });

  it('gives 500 at a time', async () => {
    const data = Array.from({ length: 1000 }, (_, index) => ({ Value: 1, MetricName: `m${index}` }));
    await put(...data);
    const { Metrics } = await call<Sdk.ListMetricsCommandOutput>('ListMetrics', {});
    assert.equal(Metrics!.length, 500);
    assert.equal(new Set(await list()).size, 1000);
  });

  it('tells recently active metrics from others', async () => {
    await put({ Value: 1, MetricName: 'old', Timestamp: at(-4 * HOUR) }, { Value: 1, MetricName: 'new' });
    assert.deepEqual(await list({ RecentlyActive: 'PT3H' }), ['app new']);
  });
});
