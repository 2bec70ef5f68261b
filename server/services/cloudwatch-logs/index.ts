import type { Feature, Platform } from '../../platform.ts';
import { logEventsFeature } from './log-events/index.ts';
import { logGroupsFeature } from './log-groups/index.ts';
import { logStreamsFeature } from './log-streams/index.ts';
import { tagsFeature } from './tags/index.ts';

export const cloudwatchLogsFeatures = (platform: Platform): Feature[] => [
  logGroupsFeature(platform),
  logStreamsFeature(platform),
  logEventsFeature(platform),
  tagsFeature(platform),
];
