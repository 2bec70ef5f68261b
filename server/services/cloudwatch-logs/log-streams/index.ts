import type { Feature, Platform } from '../../../platform.ts';
import { createLogStream, deleteLogStream, describeLogStreams } from './operations.ts';

export const logStreamsFeature = (platform: Platform): Feature => ({
  service: 'cloudwatch-logs',
  operations: {
    CreateLogStream: createLogStream(platform),
    DeleteLogStream: deleteLogStream(platform),
    DescribeLogStreams: describeLogStreams(platform),
  },
});
