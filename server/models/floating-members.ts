import { readFileSync } from 'node:fs';
import type { Service } from './services.ts';
import type { FloatingMembers } from './shapes.ts';

let all: Readonly<Record<string, FloatingMembers | undefined>> | undefined;

/** Which members of a service's outputs are floating-point numbers, as `scripts/generate-models.ts` found it. */
export function loadFloatingMembers({ id }: Service): FloatingMembers {
  all ??= JSON.parse(readFileSync(new URL('./generated/floats.json', import.meta.url), 'utf8')) as NonNullable<
    typeof all
  >;
  return all[id] ?? {};
}
