export { bucketPolicyOperations } from './operations.ts';
