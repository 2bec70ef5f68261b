import type { ContainerDefinition, CreateModelCommandInput } from '@aws-sdk/client-sagemaker';
import { validationError } from '../../../errors.ts';
import { locationIn } from '../s3-uris.ts';
import { notSupported, refuse } from '../unsupported.ts';

/** The model's one container. Throws ValidationException for none, for two ways at once, and for what is not served. */
export function onlyContainer(input: CreateModelCommandInput): ContainerDefinition {
  const { PrimaryContainer: primary, Containers: containers } = input;
  if (primary && containers?.length) {
    throw validationError('You must provide either PrimaryContainer or Containers, not both.');
  }
  if (containers && containers.length > 1) {
    throw notSupported('Containers with more than one container', 'Create a model of a single container.');
  }
  const container = primary ?? containers?.[0];
  if (!container) throw validationError('You must provide PrimaryContainer or Containers.');
  checkContainer(container);
  return container;
}

function checkContainer(container: ContainerDefinition): void {
  if (container.Mode === 'MultiModel') throw notSupported('Mode MultiModel', 'Use SingleModel.');
  refuse(container, {
    ModelPackageName: 'Give the container its Image and ModelDataUrl.',
    InferenceSpecificationName: 'Give the container its Image and ModelDataUrl.',
    MultiModelConfig: 'Use a container of Mode SingleModel.',
    AdditionalModelDataSources: 'Put everything the model needs under ModelDataUrl or ModelDataSource.',
  });
  if (!container.Image) {
    throw validationError(
      'Specify one of either Image and Model Data URL or ModelPackageName in container definition.',
    );
  }
  const { ModelDataUrl: url, ModelDataSource: source } = container;
  // DescribeModel shows an archive in both ways: who copies a model gives both.
  if (url && source && source.S3DataSource?.S3Uri !== url) {
    throw validationError('You must provide either ModelDataUrl or ModelDataSource, not both.');
  }
  if (url) locationIn('ModelDataUrl', url);
  checkModelDataSource(container);
}

function checkModelDataSource({ ModelDataSource: source }: ContainerDefinition): void {
  if (!source) return;
  const s3 = source.S3DataSource;
  if (!s3?.S3Uri) throw validationError('ModelDataSource needs S3DataSource with an S3Uri.');
  refuse(
    s3,
    {
      ManifestS3Uri: 'Give the model as an S3Prefix or an S3Object.',
      HubAccessConfig: 'Copy the model to an S3 bucket.',
    },
    'ModelDataSource.S3DataSource.',
  );
  if (s3.S3DataType === 'S3Prefix' && s3.CompressionType === 'Gzip') {
    throw validationError('CompressionType Gzip needs S3DataType S3Object: one compressed archive.');
  }
  if (s3.S3DataType === 'S3Prefix' && !s3.S3Uri.endsWith('/')) {
    throw validationError(`Invalid S3Uri "${s3.S3Uri}": for S3DataType S3Prefix it must end with a slash.`);
  }
}
