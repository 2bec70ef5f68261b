import { checkInstances } from './capacity/limits.ts';
import { type BackendOptions, ProcessBackend } from './process/backend.ts';
import { resolveImage } from './runtimes/runtime-images.ts';
import type { Compute } from './workload.ts';

export { instanceType, instanceTypeNames } from './capacity/instance-types.ts';
export { ensureEnvironment } from './runtimes/environment.ts';
export { findUv } from './runtimes/uv.ts';

/** Opens the compute floor and takes up every workload that was there before. */
export async function openCompute(options: BackendOptions): Promise<Compute> {
  const backend = await ProcessBackend.open(options);
  return {
    start: (workload) => backend.start(workload),
    observe: async (name) => backend.observe(name),
    stop: (name) => backend.stop(name),
    remove: (name) => backend.remove(name),
    credentials: (token) => backend.credentials(token),
    check(image, instances) {
      if (instances) checkInstances(backend.machine, instances);
      backend.runtimes.find(image);
    },
    resolve: (image) => resolveImage(backend.runtimes, image),
    onChange: (listener) => backend.onChange(listener),
    clear: () => backend.clear(),
    close: () => backend.close(),
  };
}
