export { objectTaggingOperations } from './operations.ts';
