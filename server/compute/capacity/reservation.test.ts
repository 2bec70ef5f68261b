import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { instanceType, instanceTypeNames } from './instance-types.ts';
import { reservationFor } from './reservation.ts';

const GIB = 1024 ** 3;
const typeOf = (name: string) => instanceType(name) ?? assert.fail(name);
const laptop = { memoryBytes: 7 * GIB, cpus: 4, gpus: 0 };

describe('reservationFor', () => {
  it('lets a training job and a few endpoints run side by side on a laptop', () => {
    const type = typeOf('ml.m5.xlarge');
    const job = reservationFor(laptop, type, { type: 'job', instanceCount: 1 });
    const server = reservationFor(laptop, type, { type: 'server', instanceCount: 1 });
    assert.ok(job.memoryBytes + 4 * server.memoryBytes <= laptop.memoryBytes);
    assert.ok(server.memoryBytes >= 0.75 * GIB);
  });

  it('is the type’s own memory where the machine has it', () => {
    const large = { memoryBytes: 512 * GIB, cpus: 64, gpus: 0 };
    assert.equal(reservationFor(large, typeOf('ml.m5.large'), { type: 'job', instanceCount: 1 }).memoryBytes, 8 * GIB);
  });

  it('never lets one workload ask for more than the machine has', () => {
    for (const instanceCount of [1, 3, 50]) {
      for (const instanceMemoryBytes of [undefined, 5 * GIB]) {
        const machine = { ...laptop, instanceMemoryBytes };
        const { memoryBytes } = reservationFor(machine, typeOf('ml.p4d.24xlarge'), { type: 'job', instanceCount });
        assert.ok(memoryBytes * instanceCount <= machine.memoryBytes);
      }
    }
  });

  it('gives the GPUs of the type as far as there are any', () => {
    const workload = { type: 'job', instanceCount: 1 } as const;
    assert.equal(reservationFor(laptop, typeOf('ml.g5.12xlarge'), workload).gpus, 0);
    assert.equal(reservationFor({ ...laptop, gpus: 2 }, typeOf('ml.g5.12xlarge'), workload).gpus, 2);
    assert.equal(reservationFor({ ...laptop, gpus: 2 }, typeOf('ml.g5.xlarge'), workload).gpus, 1);
    assert.equal(reservationFor({ ...laptop, gpus: 2 }, typeOf('ml.m5.large'), workload).gpus, 0);
  });
});

describe('instance types', () => {
  it('know sizes, memory and GPUs', () => {
    const { vCpus, memoryBytes } = typeOf('ml.c5.2xlarge');
    assert.deepEqual([vCpus, memoryBytes], [8, 16 * GIB]);
    assert.deepEqual([typeOf('ml.p3.16xlarge').gpus, typeOf('ml.g4dn.xlarge').memoryBytes], [8, 16 * GIB]);
    assert.equal(instanceType('ml.m5.huge'), undefined);
  });

  it('cover every name that jobs and endpoints may have', () => {
    const text = readFileSync(new URL('../../models/generated/sagemaker.json', import.meta.url), 'utf8');
    const { shapes } = JSON.parse(text) as { shapes: Record<string, { enum?: string[] }> };
    const uses = ['Training', 'Processing', 'Transform', 'ProductionVariant', 'Cluster', 'ReservedCapacity', ''];
    const named = uses.flatMap((use) => shapes[`${use}InstanceType`]?.enum ?? assert.fail(use));
    const known = new Set(instanceTypeNames());
    assert.deepEqual([...new Set(named)].filter((name) => !known.has(name)).sort(), []);
  });
});
