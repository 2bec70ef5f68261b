import type { Sandbox } from './sandbox.ts';

/** No sandbox: the program runs as it is, and `SAGEMAKER_BASE_DIR` names the folder that stands for /opt/ml. */
export const noSandbox = (options: { setpriv: boolean }): Sandbox => ({
  name: 'none',
  depth: 0,
  announces: false,
  hasOptMl: false,
  wrap: (_spec, program) => (options.setpriv ? ['setpriv', '--pdeathsig', 'KILL', ...program] : [...program]),
});
