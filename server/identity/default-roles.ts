import type { Clock } from '../clock.ts';
import { ServiceError } from '../errors.ts';
import { EXECUTION_ROLE } from './credentials-file.ts';
import type { Directory } from './directory.ts';
import { newId } from './ids.ts';
import { iamArn, type Role, roles } from './kinds.ts';

const NAMES = [EXECUTION_ROLE, 'SageMakerRole'];

const managed = (name: string) => `arn:aws:iam::aws:policy/${name}`;

/**
 * The roles that every new account has, ready for SageMaker to assume. The account itself may assume them too, so that
 * one can try out what a job may do.
 */
export async function makeDefaultRoles(directory: Directory, accountId: string, clock: Clock): Promise<void> {
  for (const name of NAMES) {
    if (directory.role(accountId, name)) continue;
    try {
      await directory.create(roles, accountId, name, executionRole(accountId, name, clock.now()));
    } catch (error) {
      // Another server of the same database was quicker.
      if (!(error instanceof ServiceError && error.code === 'EntityAlreadyExists')) throw error;
    }
  }
}

const executionRole = (accountId: string, name: string, now: Date): Role => ({
  id: newId('AROA'),
  path: '/',
  createdAt: now.toISOString(),
  description: 'SageMaker runs jobs and endpoints with this role.',
  trustPolicy: JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Principal: { Service: 'sagemaker.amazonaws.com' }, Action: 'sts:AssumeRole' },
      { Effect: 'Allow', Principal: { AWS: iamArn(accountId, 'root') }, Action: 'sts:AssumeRole' },
    ],
  }),
  maxSessionSeconds: 43200,
  // The Python SDK looks its own role up: its path is not in the session's ARN.
  inlinePolicies: { KnowsItself: knowsItself(iamArn(accountId, `role/${name}`)) },
  attachedPolicies: [managed('AmazonSageMakerFullAccess'), managed('AmazonS3FullAccess')],
  tags: [],
});

const knowsItself = (arn: string) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: ['iam:GetRole', 'iam:SimulatePrincipalPolicy'], Resource: arn }],
  });
