import type { ContainerDefinition } from '@aws-sdk/client-sagemaker';
import { validationError } from '../../../errors.ts';
import { locationIn } from '../s3-uris.ts';
import { findObject, findPrefix, type Viewer } from '../stored-objects.ts';

/** Where the container's artifacts are; undefined for one that has none. */
export const modelDataUri = ({ ModelDataUrl: url, ModelDataSource: source }: ContainerDefinition): string | undefined =>
  url ?? source?.S3DataSource?.S3Uri;

/**
 * SageMaker looks for the artifacts when the model is made, as the model's role: a wrong URI shows here and not at
 * deployment. Throws ValidationException when they are not there or the role may not read them.
 */
export async function checkModelData(viewer: Viewer, roleArn: string, container: ContainerDefinition): Promise<void> {
  const uri = modelDataUri(container);
  if (!uri) return;
  const isPrefix = container.ModelDataSource?.S3DataSource?.S3DataType === 'S3Prefix';
  const finding = await (isPrefix ? findPrefix : findObject)(viewer, locationIn('S3Uri', uri));
  if (finding === 'missing') throw validationError(`Could not find model data at ${uri}.`);
  if (finding === 'forbidden') throw noAccess(uri, roleArn, viewer.region);
}

const noAccess = (uri: string, roleArn: string, region: string) =>
  validationError(
    `Could not access model data at ${uri}. Please ensure that the role "${roleArn}" exists and that its trust ` +
      'relationship policy allows the action "sts:AssumeRole" for the service principal "sagemaker.amazonaws.com". ' +
      `Also ensure that the role has "s3:GetObject" permissions and that the object is located in ${region}.`,
  );
