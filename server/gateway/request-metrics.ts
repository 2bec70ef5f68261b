/** Counts of what the gateway did, in Prometheus' text format at `/_/metrics`. */
const BUCKETS_SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60];

interface Series {
  readonly labels: string;
  readonly buckets: number[];
  count: number;
  sum: number;
}

export interface RequestMetrics {
  record(service: string, operation: string, status: number, seconds: number): void;
  text(): string;
}

export function createRequestMetrics(): RequestMetrics {
  const series = new Map<string, Series>();
  return {
    record(service, operation, status, seconds) {
      const labels = `service="${service}",operation="${operation}",status="${status}"`;
      let one = series.get(labels);
      if (!one) {
        one = { labels, buckets: BUCKETS_SECONDS.map(() => 0), count: 0, sum: 0 };
        series.set(labels, one);
      }
      one.count++;
      one.sum += seconds;
      const bucket = BUCKETS_SECONDS.findIndex((limit) => seconds <= limit);
      if (bucket >= 0) one.buckets[bucket]!++;
    },
    text: () => [requestLines([...series.values()]), processLines()].join('\n'),
  };
}

function requestLines(series: Series[]): string {
  const name = 'wildsage_request_seconds';
  const lines = [`# HELP ${name} Time from a request's head to its answer.`, `# TYPE ${name} histogram`];
  for (const { labels, buckets, count, sum } of series) {
    let total = 0;
    for (const [index, limit] of BUCKETS_SECONDS.entries()) {
      total += buckets[index]!;
      lines.push(`${name}_bucket{${labels},le="${limit}"} ${total}`);
    }
    lines.push(`${name}_bucket{${labels},le="+Inf"} ${count}`);
    lines.push(`${name}_sum{${labels}} ${sum}`, `${name}_count{${labels}} ${count}`);
  }
  return lines.join('\n');
}

function processLines(): string {
  const { user, system } = process.cpuUsage();
  return [
    '# TYPE process_cpu_seconds_total counter',
    `process_cpu_seconds_total ${(user + system) / 1e6}`,
    '# TYPE process_resident_memory_bytes gauge',
    `process_resident_memory_bytes ${process.memoryUsage.rss()}`,
    '# TYPE process_start_time_seconds gauge',
    `process_start_time_seconds ${(performance.timeOrigin / 1000).toFixed(3)}`,
    '',
  ].join('\n');
}
