import type { Feature, Platform } from '../../../platform.ts';
import {
  createAccessKey,
  deleteAccessKey,
  getAccessKeyLastUsed,
  listAccessKeys,
  updateAccessKey,
} from './operations.ts';

export const accessKeysFeature = (platform: Platform): Feature => ({
  service: 'iam',
  operations: {
    CreateAccessKey: createAccessKey(platform),
    ListAccessKeys: listAccessKeys(platform),
    UpdateAccessKey: updateAccessKey(platform),
    DeleteAccessKey: deleteAccessKey(platform),
    GetAccessKeyLastUsed: getAccessKeyLastUsed(platform),
  },
});
