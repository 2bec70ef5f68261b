import type { Instance, Route, VariantRoute } from './routes.ts';

/** Gives numbers from 0 up to, not including, 1. */
export type Random = () => number;

/** A variant by its share of the weights; undefined when all weights are 0. */
export function chooseVariant({ variants, totalWeight }: Route, random: Random): VariantRoute | undefined {
  if (totalWeight <= 0) return undefined;
  let left = random() * totalWeight;
  for (const variant of variants) {
    left -= variant.weight;
    if (left < 0) return variant;
  }
  // Only rounding leads here.
  return variants.findLast(({ weight }) => weight > 0);
}

/** Any instance of the variant, or the one with least to do where the variant asks for that. */
export function chooseInstance({ instances, leastOutstanding }: VariantRoute, random: Random): Instance | undefined {
  const start = Math.floor(random() * instances.length);
  const first = instances[start];
  if (!leastOutstanding || !first) return first;
  // Starting anywhere, so that instances with equally little to do share the work.
  let best = first;
  for (let step = 1; step < instances.length; step++) {
    const instance = instances[(start + step) % instances.length]!;
    if (instance.outstanding < best.outstanding) best = instance;
  }
  return best;
}
