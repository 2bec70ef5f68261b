/** The middle value; the mean of the two middle ones when there is an even number of them. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}

/**
 * Lets contestants take turns (A B C A B C …), so that whatever else the machine does meets them all, and gives what
 * each one's rounds gave. The first `unmeasured` rounds warm everything up.
 */
export async function takeTurns<Name extends string, Result>(
  contestants: Readonly<Record<Name, (round: number) => Promise<Result>>>,
  { rounds, unmeasured = 1 }: { rounds: number; unmeasured?: number },
): Promise<Record<Name, Result[]>> {
  const names = Object.keys(contestants) as Name[];
  const results = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<Name, Result[]>;
  for (let round = -unmeasured; round < rounds; round++) {
    for (const name of names) {
      const result = await contestants[name](round + unmeasured);
      if (round >= 0) results[name].push(result);
    }
  }
  return results;
}
