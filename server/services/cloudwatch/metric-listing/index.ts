import type { ListMetricsCommandInput, ListMetricsCommandOutput } from '@aws-sdk/client-cloudwatch';
import type { Operation } from '../../../operations.ts';
import type { Feature, Platform } from '../../../platform.ts';
import type { MetricListQuery } from '../../../telemetry/metrics/metric-store.ts';
import { pageToken, positionOf } from '../../../telemetry/page-token.ts';
import { dimensionList } from '../dimensions.ts';
import { invalidValue } from '../errors.ts';

const PAGE_SIZE = 500;
const HOUR_MS = 60 * 60 * 1000;
const TWO_WEEKS_MS = 14 * 24 * HOUR_MS;

/** Metrics without data for two weeks are no longer listed, though their data can still be read. */
const listMetrics = ({
  telemetry: { metrics },
}: Platform): Operation<ListMetricsCommandInput, ListMetricsCommandOutput> => ({
  handle(input, context) {
    const { Namespace, MetricName, Dimensions, RecentlyActive, NextToken } = input;
    const { accountId, region, now } = context;
    const request = ['ListMetrics', accountId, region, Namespace, MetricName, Dimensions, RecentlyActive];
    const after = NextToken === undefined ? undefined : positionOf<MetricListQuery['after']>(request, NextToken);
    if (NextToken !== undefined && after === undefined) throw invalidValue('The parameter NextToken is invalid.');
    if (input.OwningAccount !== undefined && input.OwningAccount !== accountId) return { Metrics: [] };
    const found = metrics.list(context, {
      namespace: Namespace,
      name: MetricName,
      dimensions: Dimensions?.map(({ Name, Value }) => ({ name: Name!, value: Value })),
      activeSince: now.getTime() - (RecentlyActive === 'PT3H' ? 3 * HOUR_MS : TWO_WEEKS_MS),
      after,
      limit: PAGE_SIZE + 1,
    });
    const page = found.slice(0, PAGE_SIZE);
    return {
      Metrics: page.map(({ namespace, name, dimensions }) => ({
        Namespace: namespace,
        MetricName: name,
        Dimensions: dimensionList(dimensions),
      })),
      OwningAccounts: input.IncludeLinkedAccounts ? page.map(() => accountId) : undefined,
      NextToken: found.length > PAGE_SIZE ? pageToken(request, page.at(-1)!.key) : undefined,
    };
  },
});

export const metricListingFeature = (platform: Platform): Feature => ({
  service: 'cloudwatch',
  operations: { ListMetrics: listMetrics(platform) },
});
