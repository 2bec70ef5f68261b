/** What a workload asks of the machine, all its instances together. */
export interface Claim {
  readonly name: string;
  readonly type: 'job' | 'server';
  readonly memoryBytes: number;
  readonly gpus: number;
}

export interface Supply {
  readonly memoryBytes: number;
  readonly gpus: number;
}

/**
 * Which of those that wait may start now, in the order in which they came. First come, first served: nobody overtakes
 * one that only has to wait for running jobs to end, else a large job might wait for ever behind small ones. Only one
 * that servers keep from starting, which end when somebody wants them to, lets others pass.
 */
export function admitted(supply: Supply, held: readonly Claim[], waiting: readonly Claim[]): Claim[] {
  const servers = held.filter((claim) => claim.type === 'server');
  const starting: Claim[] = [];
  for (const claim of waiting) {
    if (fits(supply, [...held, ...starting], claim)) starting.push(claim);
    else if (fits(supply, [...servers, ...starting], claim)) break;
  }
  return starting;
}

const fits = (supply: Supply, held: readonly Claim[], claim: Claim): boolean => {
  const left = remaining(supply, held);
  return claim.memoryBytes <= left.memoryBytes && claim.gpus <= left.gpus;
};

export const remaining = (supply: Supply, held: readonly Claim[]): Supply => ({
  memoryBytes: held.reduce((left, claim) => left - claim.memoryBytes, supply.memoryBytes),
  gpus: held.reduce((left, claim) => left - claim.gpus, supply.gpus),
});

const gibibytes = (bytes: number) => `${Math.round((Math.max(0, bytes) / 1024 ** 3) * 10) / 10} GiB`;

/** Why a workload waits, for people. */
export function waitingMessage(supply: Supply, held: readonly Claim[], claim: Claim): string {
  const left = remaining(supply, held);
  const needs =
    claim.gpus > left.gpus ? `${claim.gpus} GPUs, ${Math.max(0, left.gpus)} of ${supply.gpus} are free` : undefined;
  const memory = `${gibibytes(claim.memoryBytes)} of memory, ${gibibytes(left.memoryBytes)} of ${gibibytes(supply.memoryBytes)} are free`;
  return `Waiting for capacity: needs ${needs ?? memory}${heldByServers(supply, held, claim)}`;
}

/** What nobody gets back by waiting: endpoints hold it until somebody deletes one. */
function heldByServers(supply: Supply, held: readonly Claim[], claim: Claim): string {
  const servers = held.filter(({ type }) => type === 'server');
  if (fits(supply, servers, claim)) return '';
  return `; endpoints hold ${gibibytes(servers.reduce((sum, { memoryBytes }) => sum + memoryBytes, 0))} until they are deleted`;
}
