import { validationError } from '../../errors.ts';
import type { Workload } from '../workload.ts';
import type { Runtime } from './table.ts';

/**
 * What a workload runs, as a container would: its own entry point with its arguments, else the image's, which takes the
 * argument `train` or `serve`.
 */
export function commandFor(
  runtime: Runtime,
  workload: Pick<Workload, 'type' | 'entrypoint' | 'arguments' | 'image'>,
): readonly string[] {
  const given = workload.arguments ?? [];
  if (workload.entrypoint?.length) return [...(runtime.enter ?? []), ...workload.entrypoint, ...given];
  const [first, ...rest] = given;
  const named = first === 'train' || first === 'serve' ? first : undefined;
  const part = named ?? (workload.type === 'server' ? 'serve' : 'train');
  const command = runtime[part];
  if (!command) throw validationError(`The runtime "${runtime.name}" of image "${workload.image}" cannot ${part}.`);
  return [...command, ...(named ? rest : given)];
}
