import type { MetricDatum, PutMetricDataCommandInput, PutMetricDataCommandOutput } from '@aws-sdk/client-cloudwatch';
import type { Operation } from '../../../operations.ts';
import type { Platform } from '../../../platform.ts';
import type { DetailedDatum } from '../../../telemetry/metrics/metric-store.ts';
import { dimensionsOf } from '../dimensions.ts';
import { invalidCombination, invalidValue, missingParameter } from '../errors.ts';

const MAX_DATA = 1000;
const MAX_VALUES = 150;
const LARGEST = 2 ** 360;
const HOUR_MS = 60 * 60 * 1000;
const TWO_WEEKS_MS = 14 * 24 * HOUR_MS;

/** What is answered has been written: a client's metrics survive the death of the server. */
export const putMetricData = ({
  telemetry: { metrics },
}: Platform): Operation<PutMetricDataCommandInput, PutMetricDataCommandOutput> => ({
  permissions: (input) => [
    { action: 'cloudwatch:PutMetricData', resource: '*', conditions: { 'cloudwatch:namespace': input.Namespace! } },
  ],
  handle(input, context) {
    if (input.Namespace!.startsWith('AWS/')) throw invalidValue('The value AWS/ for parameter Namespace is invalid.');
    const lists: [string, MetricDatum[]][] = [
      ['MetricData', input.MetricData ?? []],
      ...(input.EntityMetricData ?? []).map(({ MetricData }, index): [string, MetricDatum[]] => [
        `EntityMetricData.member.${index + 1}.MetricData`,
        MetricData ?? [],
      ]),
    ];
    const data = lists.flatMap(([path, list]) =>
      list.map((datum, index) => detailed(datum, `${path}.member.${index + 1}`, context.now)),
    );
    if (data.length === 0) throw missingParameter('The parameter MetricData is required.');
    if (data.length > MAX_DATA) {
      throw invalidValue(`The collection MetricData must not have a size greater than ${MAX_DATA}.`);
    }
    metrics.putDetailed(context, input.Namespace!, data);
    return {};
  },
});

function detailed(datum: MetricDatum, path: string, now: Date): DetailedDatum {
  const { MetricName, Timestamp, Unit, StorageResolution = 60 } = datum;
  if (StorageResolution !== 1 && StorageResolution !== 60) {
    throw invalidValue(`The parameter ${path}.StorageResolution must be 1 or 60; it is ${StorageResolution}.`);
  }
  if (Timestamp) checkTime(Timestamp, now, path);
  return {
    name: MetricName!,
    dimensions: dimensionsOf(datum.Dimensions, `${path}.Dimensions`),
    unit: Unit,
    timestamp: Timestamp?.getTime(),
    storageResolution: StorageResolution,
    ...contentOf(datum, path),
  };
}

function checkTime(time: Date, now: Date, path: string): void {
  const age = now.getTime() - time.getTime();
  if (age > TWO_WEEKS_MS) {
    throw invalidValue(`The parameter ${path}.Timestamp must specify a time no more than two weeks in the past.`);
  }
  if (age < -2 * HOUR_MS) {
    throw invalidValue(`The parameter ${path}.Timestamp must specify a time no more than two hours in the future.`);
  }
}

function contentOf(datum: MetricDatum, path: string): Pick<DetailedDatum, 'values' | 'statisticSet'> {
  const given = (['Value', 'Values', 'StatisticValues'] as const).filter((member) => datum[member] !== undefined);
  const [member, another] = given;
  if (member === undefined) {
    throw missingParameter(`The parameter ${path}.Value, ${path}.Values or ${path}.StatisticValues is required.`);
  }
  if (another !== undefined) {
    throw invalidCombination(
      `The parameters ${path}.${member} and ${path}.${another} are mutually exclusive and you have specified both.`,
    );
  }
  if (member === 'Value') return { values: [{ value: checked(datum.Value!, `${path}.Value`), times: 1 }] };
  if (member === 'Values') return { values: weighted(datum, path) };
  return { values: [], statisticSet: statisticSetOf(datum, `${path}.StatisticValues`) };
}

function weighted({ Values = [], Counts }: MetricDatum, path: string) {
  if (Values.length === 0 || Values.length > MAX_VALUES) {
    throw invalidValue(`The collection ${path}.Values must have a size between 1 and ${MAX_VALUES}.`);
  }
  if (Counts && Counts.length !== Values.length) {
    throw invalidValue(`The parameters ${path}.Values and ${path}.Counts must be of the same size.`);
  }
  return Values.map((value, index) => {
    const times = Counts?.[index] ?? 1;
    if (!(times > 0) || times > LARGEST) {
      throw invalidValue(`The value ${times} for parameter ${path}.Counts.member.${index + 1} is invalid.`);
    }
    return { value: checked(value, `${path}.Values.member.${index + 1}`), times };
  });
}

function statisticSetOf({ StatisticValues }: MetricDatum, path: string) {
  const { SampleCount, Sum, Minimum, Maximum } = StatisticValues!;
  const set = {
    count: checked(SampleCount!, `${path}.SampleCount`),
    sum: checked(Sum!, `${path}.Sum`),
    min: checked(Minimum!, `${path}.Minimum`),
    max: checked(Maximum!, `${path}.Maximum`),
  };
  if (set.count <= 0) throw invalidValue(`The value ${set.count} for parameter ${path}.SampleCount is invalid.`);
  if (set.min > set.max) {
    throw invalidValue(`The parameter ${path}.Maximum must be greater than the parameter ${path}.Minimum.`);
  }
  return set;
}

function checked(value: number, path: string): number {
  if (Number.isFinite(value) && Math.abs(value) <= LARGEST) return value;
  throw invalidValue(`The value ${value} for parameter ${path} is invalid.`);
}
