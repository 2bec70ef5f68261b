import type { Channel } from '@aws-sdk/client-sagemaker';
import type { TrainingJob } from './resource.ts';

const MAX_RUNTIME_SECONDS = 86_400;

type Request = TrainingJob['request'];

/** The request with what SageMaker shows for things that it left out. */
export const withDefaults = (request: Request): Request => ({
  ...request,
  AlgorithmSpecification: request.AlgorithmSpecification && {
    EnableSageMakerMetricsTimeSeries: false,
    ...request.AlgorithmSpecification,
  },
  InputDataConfig: request.InputDataConfig?.map(channelWithDefaults),
  // Without a key AWS answers an empty one, and the Python SDK's `attach` reads it unasked.
  OutputDataConfig: request.OutputDataConfig && {
    KmsKeyId: '',
    CompressionType: 'GZIP',
    ...request.OutputDataConfig,
  },
  StoppingCondition: { MaxRuntimeInSeconds: MAX_RUNTIME_SECONDS, ...request.StoppingCondition },
  EnableNetworkIsolation: request.EnableNetworkIsolation ?? false,
  EnableInterContainerTrafficEncryption: request.EnableInterContainerTrafficEncryption ?? false,
  EnableManagedSpotTraining: request.EnableManagedSpotTraining ?? false,
});

const channelWithDefaults = (channel: Channel): Channel => ({
  CompressionType: 'None',
  RecordWrapperType: 'None',
  ...channel,
  DataSource: channel.DataSource && {
    ...channel.DataSource,
    S3DataSource: channel.DataSource.S3DataSource && {
      S3DataDistributionType: 'FullyReplicated',
      ...channel.DataSource.S3DataSource,
    },
  },
});
