import { ensureEnvironment, isEnvironmentReady } from '../../server/compute/runtimes/environment.ts';
import { cacheFolder } from './node.mjs';
import { step } from './steps.mjs';

/** The folder of the Python environment that a requirements file describes; shown as a step when it is to be built. */
export async function pythonEnvironment(name: string, requirementsFile: string): Promise<string> {
  const request = { name, requirementsFile, cache: cacheFolder() };
  if (await isEnvironmentReady(request)) return ensureEnvironment(request);
  return step(`Python environment ${name}`, () => ensureEnvironment(request));
}
