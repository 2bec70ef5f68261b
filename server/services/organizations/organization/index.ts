import type { Feature, Platform } from '../../../platform.ts';
import { createOrganization, describeOrganization } from './operations.ts';

export const organizationFeature = (platform: Platform): Feature => ({
  service: 'organizations',
  operations: {
    CreateOrganization: createOrganization(platform),
    DescribeOrganization: describeOrganization(platform),
  },
});
