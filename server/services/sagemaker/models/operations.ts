import type {
  ContainerDefinition,
  CreateModelCommandInput,
  CreateModelCommandOutput,
  DeleteModelCommandInput,
  DeleteModelCommandOutput,
  DescribeModelCommandInput,
  DescribeModelCommandOutput,
  ListModelsCommandInput,
  ListModelsCommandOutput,
} from '@aws-sdk/client-sagemaker';
import { validationError } from '../../../errors.ts';
import type { Operation, Operations } from '../../../operations.ts';
import type { Platform } from '../../../platform.ts';
import type { Tag } from '../../../resources/resource-store.ts';
import { callerOfRole } from '../execution-role.ts';
import { listOutput, listQuery } from '../listing.ts';
import { onResource, placementConditions, toCreate, toPassRole } from '../permissions.ts';
import { onlyContainer } from './container-rules.ts';
import { checkModelData, modelDataUri } from './model-data.ts';
import { type Model, models } from './resource.ts';

export function modelOperations({ resources, identity, objects, compute }: Platform): Operations {
  const CreateModel: Operation<CreateModelCommandInput, CreateModelCommandOutput> = {
    permissions: (input, context) => [
      ...toCreate(context, 'model', input.ModelName, input.Tags, placementConditions(input)),
      ...toPassRole(input.ExecutionRoleArn),
    ],
    async handle({ ModelName: name, Tags: tags, ...model }, context) {
      const container = onlyContainer({ ModelName: name, ...model });
      compute.check(container.Image!);
      const roleArn = model.ExecutionRoleArn;
      if (roleArn) {
        const caller = await callerOfRole(identity, context, `model/${name}`, roleArn, invalidRole);
        await checkModelData({ objects, identity, caller, region: context.region }, roleArn, container);
      } else if (modelDataUri(container)) throw roleNeeded();
      const options = { tags: tags as Tag[] | undefined, now: context.now };
      const created = await resources.create(models, context, name!, withDefaults(model, container), options);
      return { ModelArn: created.arn };
    },
  };

  const DescribeModel: Operation<DescribeModelCommandInput, DescribeModelCommandOutput> = {
    permissions: (input, context) => [onResource(context, 'model', input.ModelName)],
    async handle(input, context) {
      const { name, arn, doc, createdAt } = await resources.get(models, context, input.ModelName!);
      return {
        ...doc,
        ModelName: name,
        ModelArn: arn,
        CreationTime: createdAt,
        EnableNetworkIsolation: doc.EnableNetworkIsolation ?? false,
      };
    },
  };

  const ListModels: Operation<ListModelsCommandInput, ListModelsCommandOutput> = {
    async handle(input, context) {
      const page = await resources.list(models, context, listQuery(input));
      return listOutput(page, 'Models', ({ name, arn, createdAt }) => ({
        ModelName: name,
        ModelArn: arn,
        CreationTime: createdAt,
      }));
    },
  };

  const DeleteModel: Operation<DeleteModelCommandInput, DeleteModelCommandOutput> = {
    permissions: (input, context) => [onResource(context, 'model', input.ModelName)],
    async handle(input, context) {
      await resources.delete(models, context, input.ModelName!);
      return {};
    },
  };

  return { CreateModel, DescribeModel, ListModels, DeleteModel };
}

function withDefaults(model: Model, container: ContainerDefinition): Model {
  const { ModelDataUrl: url } = container;
  const complete: ContainerDefinition = {
    Mode: 'SingleModel',
    Environment: {},
    // SageMaker shows an archive in both ways.
    ...(url && {
      ModelDataSource: { S3DataSource: { S3Uri: url, S3DataType: 'S3Object', CompressionType: 'Gzip' } },
    }),
    ...container,
  };
  return model.PrimaryContainer ? { ...model, PrimaryContainer: complete } : { ...model, Containers: [complete] };
}

/** Without a role nobody could say whether these data may be read. */
const roleNeeded = () => validationError('You must provide ExecutionRoleArn for a model with model data.');

const invalidRole = (roleArn: string) =>
  validationError(
    `The execution role ARN "${roleArn}" is invalid. Please ensure that the role exists and that its trust relationship ` +
      'policy allows the action "sts:AssumeRole" for the service principal "sagemaker.amazonaws.com".',
  );
