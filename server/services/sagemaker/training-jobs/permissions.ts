import type { CreateTrainingJobCommandInput } from '@aws-sdk/client-sagemaker';
import type { Permission, RequestContext } from '../../../operations.ts';
import { placementConditions, toCreate, toPassRole } from '../permissions.ts';

/** Creating a job, with the condition keys that AWS has for it, and handing on its role. */
export function toCreateTrainingJob(input: CreateTrainingJobCommandInput, context: RequestContext): Permission[] {
  const { ResourceConfig: resources, OutputDataConfig: output, StoppingCondition: limits } = input;
  const types = [resources, ...(resources?.InstanceGroups ?? [])].flatMap((each) => each?.InstanceType ?? []);
  const encrypted = input.EnableInterContainerTrafficEncryption;
  const conditions = {
    ...placementConditions(input),
    ...(types.length > 0 && { 'sagemaker:InstanceTypes': [...new Set(types)] }),
    ...(resources?.VolumeKmsKeyId && { 'sagemaker:VolumeKmsKey': resources.VolumeKmsKeyId }),
    ...(resources?.KeepAlivePeriodInSeconds !== undefined && {
      'sagemaker:KeepAlivePeriod': String(resources.KeepAlivePeriodInSeconds),
    }),
    ...(output?.KmsKeyId && { 'sagemaker:OutputKmsKey': output.KmsKeyId }),
    ...(limits?.MaxRuntimeInSeconds && { 'sagemaker:MaxRuntimeInSeconds': String(limits.MaxRuntimeInSeconds) }),
    ...(encrypted !== undefined && { 'sagemaker:InterContainerTrafficEncryption': String(encrypted) }),
  };
  return [
    ...toCreate(context, 'training-job', input.TrainingJobName, input.Tags, conditions),
    ...toPassRole(input.RoleArn),
  ];
}
