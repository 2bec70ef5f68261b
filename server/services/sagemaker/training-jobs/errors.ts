import { ServiceError, validationError } from '../../../errors.ts';

// A missing job is a ValidationException although the model declares ResourceNotFound: SDK waiters match on this code.
export const trainingJobNotFound = () => validationError('Requested resource not found.');

export const trainingJobNameTaken = (arn: string) =>
  new ServiceError(
    'ResourceInUse',
    `Training job names must be unique within an AWS account and region, and a training job with this name already exists (${arn})`,
  );

/** To stop, update or delete it does not fit its status. */
export const wrongStatus = (status: string) =>
  validationError(`The request was rejected because the training job is in status ${status}.`);

export const trainingJobInUse = (status: string) =>
  new ServiceError(
    'ResourceInUse',
    `Only training jobs in status Completed, Failed or Stopped can be deleted; this one is in status ${status}.`,
  );

export const cannotAssumeRole = (roleArn: string) =>
  validationError(
    `Could not assume role ${roleArn}. Please ensure that the role exists and allows principal ` +
      `'sagemaker.amazonaws.com' to assume the role.`,
  );

export const noObjectsFound = (uri: string, bucket: string, region: string, roleArn: string) =>
  validationError(
    `No S3 objects found under S3 URL "${uri}" given in input data source. Please ensure that the bucket exists in the ` +
      `selected region (${region}), that objects exist under that S3 prefix, and that the role "${roleArn}" has ` +
      `"s3:ListBucket" permissions on bucket "${bucket}".`,
  );
