import type { CreateServiceLinkedRoleCommandInput, CreateServiceLinkedRoleCommandOutput } from '@aws-sdk/client-iam';
import { newId } from '../../../identity/ids.ts';
import { iamArn, roles } from '../../../identity/kinds.ts';
import type { Operation } from '../../../operations.ts';
import type { Platform } from '../../../platform.ts';
import { roleAnswer } from '../answers.ts';
import { invalidInput } from '../errors.ts';

/** Where the name cannot be guessed from the service's. */
const NAMES: Readonly<Record<string, string | undefined>> = {
  'sagemaker.application-autoscaling.amazonaws.com': 'ApplicationAutoScaling_SageMakerEndpoint',
  'autoscaling.amazonaws.com': 'AutoScaling',
  'ecs.amazonaws.com': 'ECS',
  'sagemaker.amazonaws.com': 'AmazonSageMakerNotebooks',
};

function roleName(service: string, suffix: string | undefined): string {
  const [label = ''] = service.split('.');
  const words = label.split('-').map((word) => word.slice(0, 1).toUpperCase() + word.slice(1));
  const name = `AWSServiceRoleFor${NAMES[service] ?? words.join('')}`;
  return suffix === undefined ? name : `${name}_${suffix}`;
}

export const createServiceLinkedRole = ({
  identity: { directory },
}: Platform): Operation<CreateServiceLinkedRoleCommandInput, CreateServiceLinkedRoleCommandOutput> => ({
  permissions: ({ AWSServiceName = '', CustomSuffix }, { accountId }) => [
    {
      action: 'iam:CreateServiceLinkedRole',
      resource: iamArn(accountId, `role/aws-service-role/${AWSServiceName}/${roleName(AWSServiceName, CustomSuffix)}`),
      conditions: { 'iam:AWSServiceName': AWSServiceName },
    },
  ],
  async handle({ AWSServiceName = '', CustomSuffix, Description }, { accountId, now }) {
    const name = roleName(AWSServiceName, CustomSuffix);
    if (directory.role(accountId, name)) {
      throw invalidInput(`Service role name ${name} has been taken in this account, please try a different suffix.`);
    }
    const trusted = { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: AWSServiceName } };
    const role = await directory.create(roles, accountId, name, {
      id: newId('AROA'),
      path: `/aws-service-role/${AWSServiceName}/`,
      createdAt: now.toISOString(),
      description: Description,
      trustPolicy: JSON.stringify({ Version: '2012-10-17', Statement: [trusted] }),
      maxSessionSeconds: 3600,
      inlinePolicies: {},
      attachedPolicies: [],
      tags: [],
    });
    return { Role: roleAnswer(role) };
  },
});
