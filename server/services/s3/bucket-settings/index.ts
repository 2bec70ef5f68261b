export { bucketSettingOperations } from './operations.ts';
