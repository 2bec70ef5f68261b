import type { Channel } from '@aws-sdk/client-sagemaker';
import { locationIn } from '../s3-uris.ts';
import { findPrefix, type Viewer } from '../stored-objects.ts';
import { noObjectsFound } from './errors.ts';

/**
 * SageMaker looks for input data when a job is created, as the job's role: a wrong URI shows at once. Throws
 * ValidationException for a channel without objects, or whose bucket the role may not list. It does not look at where
 * the output goes: a job that has no place for its model fails with "Artifact upload failed" at its end.
 */
export async function checkInputData(viewer: Viewer, roleArn: string, channels: readonly Channel[]): Promise<void> {
  for (const channel of channels) {
    const uri = channel.DataSource!.S3DataSource!.S3Uri!;
    const location = locationIn('S3Uri', uri);
    if ((await findPrefix(viewer, location)) !== 'found') {
      throw noObjectsFound(uri, location.bucket, viewer.region, roleArn);
    }
  }
}
