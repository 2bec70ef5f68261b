import type { CreateEndpointConfigCommandInput, ProductionVariant } from '@aws-sdk/client-sagemaker';
import { validationError } from '../../../errors.ts';
import { notSupported, refuse } from '../unsupported.ts';

const NOT_IN_CONFIG = {
  AsyncInferenceConfig: 'Leave it out: endpoints answer in real time.',
  ExplainerConfig: 'Leave it out.',
  ShadowProductionVariants: 'Use ProductionVariants with weights.',
};

const NOT_IN_VARIANT = {
  ServerlessConfig: 'Give InstanceType and InitialInstanceCount.',
  InstancePools: 'Give InstanceType and InitialInstanceCount.',
  AcceleratorType: 'Choose an InstanceType that has the accelerator.',
  CoreDumpConfig: 'Leave it out: the log of the container is in CloudWatch Logs.',
  CapacityReservationConfig: 'Leave it out.',
};

/** Throws ValidationException for what contradicts itself and for what is not served. */
export function checkEndpointConfig(input: CreateEndpointConfigCommandInput): void {
  refuse(input, NOT_IN_CONFIG);
  if (input.DataCaptureConfig && input.DataCaptureConfig.EnableCapture !== false) {
    throw notSupported('DataCaptureConfig', 'Leave it out, or set EnableCapture to false.');
  }
  if (input.MetricsConfig?.EnableEnhancedMetrics) {
    throw notSupported('MetricsConfig.EnableEnhancedMetrics', 'Leave it out: each variant has the standard metrics.');
  }
  const variants = input.ProductionVariants ?? [];
  const names = new Set(variants.map((variant) => variant.VariantName));
  if (names.size < variants.length) throw validationError('ProductionVariants must have different VariantNames.');
  for (const variant of variants) checkVariant(variant);
}

function checkVariant(variant: ProductionVariant): void {
  const where = `production variant ${variant.VariantName}`;
  refuse(variant, NOT_IN_VARIANT, 'ProductionVariants.');
  if (variant.ManagedInstanceScaling?.Status === 'ENABLED') {
    throw validationError('ManagedInstanceScaling is only supported for inference component endpoints.');
  }
  if (!variant.ModelName) {
    throw notSupported('A production variant without ModelName (inference components)', `Give ${where} a ModelName.`);
  }
  if (!variant.InstanceType || !variant.InitialInstanceCount) {
    throw validationError(`You must provide InstanceType and InitialInstanceCount for ${where}.`);
  }
}
