import type { Feature, Platform } from '../../../platform.ts';
import { describeLogGroups, listLogGroups } from './listing.ts';
import {
  createLogGroup,
  deleteLogGroup,
  deleteRetentionPolicy,
  putLogGroupDeletionProtection,
  putRetentionPolicy,
} from './operations.ts';

export const logGroupsFeature = (platform: Platform): Feature => ({
  service: 'cloudwatch-logs',
  operations: {
    CreateLogGroup: createLogGroup(platform),
    DeleteLogGroup: deleteLogGroup(platform),
    DescribeLogGroups: describeLogGroups(platform),
    ListLogGroups: listLogGroups(platform),
    PutRetentionPolicy: putRetentionPolicy(platform),
    DeleteRetentionPolicy: deleteRetentionPolicy(platform),
    PutLogGroupDeletionProtection: putLogGroupDeletionProtection(platform),
  },
});
