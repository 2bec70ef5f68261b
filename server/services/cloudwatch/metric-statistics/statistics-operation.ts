import type {
  Datapoint,
  GetMetricStatisticsCommandInput,
  GetMetricStatisticsCommandOutput,
  StandardUnit,
} from '@aws-sdk/client-cloudwatch';
import type { Operation } from '../../../operations.ts';
import type { Platform } from '../../../platform.ts';
import type { Bucket } from '../../../telemetry/metrics/metric-store.ts';
import { dimensionsOf } from '../dimensions.ts';
import { invalidCombination, invalidValue } from '../errors.ts';
import { checkPeriod, firstBucket } from '../periods.ts';
import { extendedStatistic, type Statistic, statisticOf } from '../statistics.ts';

const MAX_DATAPOINTS = 1440;

interface Wanted {
  readonly simple: readonly [name: string, statistic: Statistic][];
  readonly extended: readonly [name: string, statistic: Statistic][];
}

export const getMetricStatistics = ({
  telemetry: { metrics },
}: Platform): Operation<GetMetricStatisticsCommandInput, GetMetricStatisticsCommandOutput> => ({
  handle(input, context) {
    const wanted = wantedStatistics(input);
    checkPeriod(input.Period!);
    checkRange(input);
    const buckets = metrics.read(context, {
      namespace: input.Namespace!,
      name: input.MetricName!,
      dimensions: dimensionsOf(input.Dimensions, 'Dimensions'),
      unit: input.Unit,
      start: firstBucket(input.StartTime!, input.Period!, context.now),
      end: input.EndTime!.getTime(),
      periodSeconds: input.Period!,
    });
    return {
      Label: input.MetricName,
      Datapoints: buckets.map((bucket) => datapoint(bucket, wanted)).filter((point) => point !== undefined),
    };
  },
});

function wantedStatistics({ Statistics, ExtendedStatistics }: GetMetricStatisticsCommandInput): Wanted {
  if (!Statistics === !ExtendedStatistics) {
    throw invalidCombination('Must specify either Statistics or ExtendedStatistics, and not both.');
  }
  return {
    simple: (Statistics ?? []).map((name) => [name, statisticOf(name)!]),
    extended: (ExtendedStatistics ?? []).map((name) => {
      const statistic = extendedStatistic(name);
      if (!statistic) throw invalidValue(`The value ${name} for parameter ExtendedStatistics is not supported.`);
      return [name, statistic];
    }),
  };
}

function checkRange({ StartTime, EndTime, Period }: GetMetricStatisticsCommandInput): void {
  const rangeMs = EndTime!.getTime() - StartTime!.getTime();
  if (rangeMs <= 0) throw invalidValue('The parameter StartTime must be less than the parameter EndTime.');
  const points = Math.ceil(rangeMs / (Period! * 1000));
  if (points > MAX_DATAPOINTS) {
    throw invalidCombination(
      `You have requested up to ${points.toLocaleString('en-US')} datapoints, which exceeds the limit of 1,440. ` +
        'You may reduce the datapoints requested by increasing Period, or decreasing the time range.',
    );
  }
}

/** Nothing when none of the figures can be told. */
function datapoint(bucket: Bucket, wanted: Wanted): Datapoint | undefined {
  const figures = (statistics: Wanted['simple']) =>
    Object.fromEntries(
      statistics
        .map(([name, statistic]) => [name, statistic(bucket.values)] as const)
        .filter((figure): figure is readonly [string, number] => figure[1] !== undefined),
    );
  const simple = figures(wanted.simple);
  const extended = figures(wanted.extended);
  if (Object.keys(simple).length + Object.keys(extended).length === 0) return undefined;
  return {
    Timestamp: new Date(bucket.start),
    ...simple,
    ExtendedStatistics: wanted.extended.length > 0 ? extended : undefined,
    Unit: bucket.unit as StandardUnit,
  };
}
