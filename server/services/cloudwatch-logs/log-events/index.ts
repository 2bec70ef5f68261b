import type { Feature, Platform } from '../../../platform.ts';
import { filterLogEvents } from './filter.ts';
import { getLogEvents } from './get.ts';
import { putLogEvents } from './put.ts';

export const logEventsFeature = (platform: Platform): Feature => ({
  service: 'cloudwatch-logs',
  operations: {
    PutLogEvents: putLogEvents(platform),
    GetLogEvents: getLogEvents(platform),
    FilterLogEvents: filterLogEvents(platform),
  },
});
