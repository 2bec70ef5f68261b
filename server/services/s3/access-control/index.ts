export { accessControlOperations } from './operations.ts';
