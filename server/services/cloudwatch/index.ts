import type { Feature, Platform } from '../../platform.ts';
import { metricDataFeature } from './metric-data/index.ts';
import { metricListingFeature } from './metric-listing/index.ts';
import { metricStatisticsFeature } from './metric-statistics/index.ts';

export const cloudwatchFeatures = (platform: Platform): Feature[] => [
  metricDataFeature(platform),
  metricListingFeature(platform),
  metricStatisticsFeature(platform),
];
