import type { Feature, Platform } from '../../../platform.ts';
import { putMetricData } from './put.ts';

export const metricDataFeature = (platform: Platform): Feature => ({
  service: 'cloudwatch',
  operations: { PutMetricData: putMetricData(platform) },
});
