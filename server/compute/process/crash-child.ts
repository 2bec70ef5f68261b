import { readFileSync } from 'node:fs';
import type { ObjectStore } from '../../objects/object-store.ts';
import { openTestFloor } from '../test-floor.ts';
import type { Workload } from '../workload.ts';

/**
 * A control plane for tests to kill: `crash-child.ts HOME WORKLOADS.json [CALL…]` opens the home, starts the workloads,
 * says `up`, and stays. The named calls of object storage never return.
 */
const [home, file = '', ...hang] = process.argv.slice(2);
const floor = await openTestFloor({ home, hang: hang as (keyof ObjectStore)[] });
const workloads: Workload[] = JSON.parse(readFileSync(file, 'utf8'));
for (const workload of workloads) await floor.compute.start(workload);
process.stdout.write('up\n');
setInterval(() => {}, 1000);
