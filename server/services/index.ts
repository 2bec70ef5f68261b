import type { Feature, Platform } from '../platform.ts';
import { cloudwatchFeatures } from './cloudwatch/index.ts';
import { cloudwatchLogsFeatures } from './cloudwatch-logs/index.ts';
import { ecrFeatures } from './ecr/index.ts';
import { iamFeatures } from './iam/index.ts';
import { organizationsFeatures } from './organizations/index.ts';
import { s3Features } from './s3/index.ts';
import { sagemakerFeatures } from './sagemaker/index.ts';
import { sagemakerRuntimeFeatures } from './sagemaker-runtime/index.ts';
import { stsFeatures } from './sts/index.ts';

/** Everything that this platform serves. */
export const allFeatures = (platform: Platform): Feature[] => [
  ...sagemakerFeatures(platform),
  ...sagemakerRuntimeFeatures(platform),
  ...s3Features(platform),
  ...cloudwatchFeatures(platform),
  ...cloudwatchLogsFeatures(platform),
  ...ecrFeatures(platform),
  ...iamFeatures(platform),
  ...stsFeatures(platform),
  ...organizationsFeatures(platform),
];
