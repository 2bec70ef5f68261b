import { dirname } from 'node:path';
import { lintChecks, runCheck } from './testing/checks.ts';
import { printFailures } from './testing/tally.ts';

const root = dirname(import.meta.dirname);

for (const check of lintChecks) {
  const { failures } = await runCheck(check, root);
  printFailures(failures);
  if (failures.length > 0) process.exitCode = 1;
}
