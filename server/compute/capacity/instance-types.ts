import facts from './instance-types.json' with { type: 'json' };

const GIB = 1024 ** 3;

/** What AWS gives an instance of a type. */
export interface InstanceType {
  readonly name: string;
  readonly vCpus: number;
  readonly memoryBytes: number;
  readonly gpus: number;
  /** Of all its GPUs together. */
  readonly gpuMemoryBytes: number;
}

/**
 * The facts are kept by family: sizes as [vCPUs, memory in GiB, GPUs, GPU memory in GiB]. A size that is named with
 * its family alone has the memory that `gibPerVCpu` gives.
 */
type Family = { readonly gibPerVCpu?: number; readonly sizes: Readonly<Record<string, readonly number[]>> };

const types = new Map<string, InstanceType>();
for (const [families, { gibPerVCpu = 0, sizes }] of Object.entries(facts as Record<string, Family>)) {
  for (const family of families.split(' ')) {
    for (const [size, [vCpus = 0, memory = vCpus * gibPerVCpu, gpus = 0, gpuMemory = 0]] of Object.entries(sizes)) {
      const name = `ml.${family}.${size}`;
      types.set(name, { name, vCpus, memoryBytes: memory * GIB, gpus, gpuMemoryBytes: gpuMemory * GIB });
    }
  }
}

/** Undefined for a name that is no instance type. */
export const instanceType = (name: string): InstanceType | undefined => types.get(name);

export const instanceTypeNames = (): string[] => [...types.keys()];
