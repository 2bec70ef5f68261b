import type { DeploymentConfig } from '@aws-sdk/client-sagemaker';
import { notSupported } from '../unsupported.ts';

/** Updates put up all new servers first and then switch all traffic at once; throws for other ways of shifting it. */
export function checkDeploymentConfig(config: DeploymentConfig | undefined): void {
  if (!config) return;
  if (config.RollingUpdatePolicy) throw notSupported('DeploymentConfig.RollingUpdatePolicy', ALL_AT_ONCE);
  if (config.AutoRollbackConfiguration?.Alarms?.length) {
    throw notSupported(
      'DeploymentConfig.AutoRollbackConfiguration',
      'An update is undone when its servers stay unhealthy.',
    );
  }
  const type = config.BlueGreenUpdatePolicy?.TrafficRoutingConfiguration?.Type;
  if (type && type !== 'ALL_AT_ONCE') throw notSupported(`Traffic routing ${type}`, ALL_AT_ONCE);
  if (config.BlueGreenUpdatePolicy?.TerminationWaitInSeconds) {
    throw notSupported('DeploymentConfig.BlueGreenUpdatePolicy.TerminationWaitInSeconds', 'Set it to 0.');
  }
}

const ALL_AT_ONCE = 'Use BlueGreenUpdatePolicy with traffic routing ALL_AT_ONCE.';
