import type { Feature, Platform } from '../../../platform.ts';
import { getMetricData } from './data-operation.ts';
import { getMetricStatistics } from './statistics-operation.ts';

export const metricStatisticsFeature = (platform: Platform): Feature => ({
  service: 'cloudwatch',
  operations: {
    GetMetricData: getMetricData(platform),
    GetMetricStatistics: getMetricStatistics(platform),
  },
});
