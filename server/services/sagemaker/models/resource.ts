import type { CreateModelCommandInput } from '@aws-sdk/client-sagemaker';
import { validationError } from '../../../errors.ts';
import type { Kind } from '../../../resources/resource-store.ts';
import { sagemakerArn } from '../arns.ts';

/** A model is what its creator said; nothing about it changes. */
export type Model = Omit<CreateModelCommandInput, 'Tags' | 'ModelName'>;

export const models: Kind<Model> = {
  name: 'sagemaker/model',
  arn: (scope, name) => sagemakerArn(scope, 'model', name),
  notFound: (name, scope) => validationError(`Could not find model "${sagemakerArn(scope, 'model', name)}".`),
  alreadyExists: (name, scope) =>
    validationError(`Cannot create already existing model "${sagemakerArn(scope, 'model', name)}".`),
};

/** The only container of a model, however it was given. */
export const containerOf = (model: Model) => model.PrimaryContainer ?? model.Containers?.[0];
