import type { Scope } from '../../../../scope.ts';
import type { ListedMetric, MetricStore } from '../../../../telemetry/metrics/metric-store.ts';
import type { MetricSearch } from './search-terms.ts';

const TWO_WEEKS_MS = 14 * 24 * 60 * 60 * 1000;
const METRICS_PER_LOOK = 2000;
/** More time series than this a search does not give. */
const MOST_FOUND = 500;

/** Metrics with data of the last two weeks that the search is for, in order of their names. */
export function findMetrics(metrics: MetricStore, scope: Scope, search: MetricSearch, now: Date): ListedMetric[] {
  const { namespace, dimensions, matches } = search;
  const found: ListedMetric[] = [];
  for (let after: ListedMetric['key'] | undefined; ; ) {
    const page = metrics.list(scope, {
      namespace,
      dimensions: dimensions?.map((name) => ({ name })),
      activeSince: now.getTime() - TWO_WEEKS_MS,
      after,
      limit: METRICS_PER_LOOK,
    });
    for (const metric of page) {
      if (dimensions && Object.keys(metric.dimensions).length !== dimensions.length) continue;
      if (matches(metric)) found.push(metric);
      if (found.length === MOST_FOUND) return found;
    }
    if (page.length < METRICS_PER_LOOK) return found;
    after = page.at(-1)!.key;
  }
}

/** What tells each metric from the others: the values that are not the same for all, or its name if it is alone. */
export function distinguishingLabels(found: readonly ListedMetric[]): string[] {
  const propertiesOf = ({ name, dimensions }: ListedMetric): string[] => [...Object.values(dimensions), name];
  const rows = found.map(propertiesOf);
  return rows.map((row, index) => {
    const own = row.filter((value, column) => rows.some((other) => other[column] !== value));
    return own.length > 0 ? own.join(' ') : found[index]!.name;
  });
}
