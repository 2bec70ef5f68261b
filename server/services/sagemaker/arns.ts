import { arnOf, type Scope } from '../../scope.ts';

export type ResourceType = 'training-job' | 'model' | 'endpoint-config' | 'endpoint';

/** SageMaker writes names in lower case in its ARNs; the resource itself keeps the case it was created with. */
export const sagemakerArn = (scope: Scope, type: ResourceType, name: string): string =>
  arnOf(scope, 'sagemaker', `${type}/${name.toLowerCase()}`);
