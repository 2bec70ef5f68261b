import type { AlgorithmSpecification, MetricDefinition } from '@aws-sdk/client-sagemaker';

/** Twenty for each channel: a request may define forty metrics, and SDKs send those of a job on to the next one. */
const XGBOOST_METRICS = [
  'accuracy',
  'auc',
  'aucpr',
  'balanced_accuracy',
  'cox-nloglik',
  'error',
  'f1',
  'gamma-deviance',
  'gamma-nloglik',
  'logloss',
  'mae',
  'map',
  'merror',
  'mlogloss',
  'mse',
  'ndcg',
  'poisson-nloglik',
  'r2',
  'rmse',
  'tweedie-nloglik',
];

const NUMBER = '([-+]?[0-9]*\\.?[0-9]+(?:[eE][-+]?[0-9]+)?)';

/** `[12]#011train-rmse:0.5#011validation-rmse:0.6`, and the same with tabs, in AWS's own expressions. */
const xgboostMetrics: readonly MetricDefinition[] = ['train', 'validation'].flatMap((channel) =>
  XGBOOST_METRICS.map((metric) => ({
    Name: `${channel}:${metric}`,
    Regex: `.*\\[[0-9]+\\].*#011${channel}-${metric}:${NUMBER}.*`,
  })),
);

/** By the last part of the image's repository. */
const BUILT_IN: Readonly<Record<string, readonly MetricDefinition[]>> = {
  xgboost: xgboostMetrics,
  'sagemaker-xgboost': xgboostMetrics,
};

/** The metrics of a job: those that AWS's own algorithms bring along, or else those that the request defines. */
export function metricDefinitionsOf(algorithm: AlgorithmSpecification | undefined): readonly MetricDefinition[] {
  const own = algorithm?.MetricDefinitions ?? [];
  const builtIn = BUILT_IN[repositoryOf(algorithm?.TrainingImage ?? '')] ?? [];
  const names = new Set(own.map(({ Name }) => Name));
  return [...own, ...builtIn.filter(({ Name }) => !names.has(Name))];
}

/** `123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/sagemaker-xgboost:1.7-1` → `sagemaker-xgboost` */
const repositoryOf = (image: string): string => /([^/:@]+)(?::[^/@]*)?(?:@.*)?$/.exec(image)?.[1] ?? '';
