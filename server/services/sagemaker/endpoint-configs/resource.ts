import type { CreateEndpointConfigCommandInput } from '@aws-sdk/client-sagemaker';
import { validationError } from '../../../errors.ts';
import type { Kind } from '../../../resources/resource-store.ts';
import { sagemakerArn } from '../arns.ts';

/** An endpoint configuration is what its creator said; nothing about it changes. */
export type EndpointConfig = Omit<CreateEndpointConfigCommandInput, 'Tags' | 'EndpointConfigName'>;

export const endpointConfigs: Kind<EndpointConfig> = {
  name: 'sagemaker/endpoint-config',
  arn: (scope, name) => sagemakerArn(scope, 'endpoint-config', name),
  notFound: (name, scope) =>
    validationError(`Could not find endpoint configuration "${sagemakerArn(scope, 'endpoint-config', name)}".`),
  alreadyExists: (name, scope) =>
    validationError(
      `Cannot create already existing endpoint configuration "${sagemakerArn(scope, 'endpoint-config', name)}".`,
    ),
};
