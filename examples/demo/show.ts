import { setTimeout as sleep } from 'node:timers/promises';
import { colours } from '../../scripts/set-up/colours.ts';

const live = Boolean(process.stdout.isTTY);

export const title = (text: string) => console.log(`\n${colours.bold(text)}`);
export const done = (text: string) => console.log(`  ${colours.green('✓')} ${text}`);
export const line = (text = '') => console.log(text && `  ${text}`);
export const quiet = (text: string) => console.log(`    ${colours.dim(text)}`);

/** `0.8 s`, `12 s` */
export const seconds = (milliseconds: number) => {
  const value = milliseconds / 1000;
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} s`;
};

/** A clock that says how long ago it was made. */
export const stopwatch = () => {
  const began = Date.now();
  return () => seconds(Date.now() - began);
};

/** Prints each status of something once, with the time since its beginning. */
export function statusLine() {
  const elapsed = stopwatch();
  let last: string | undefined;
  return (status: string) => {
    if (status === last) return;
    last = status;
    console.log(`    ${colours.dim(elapsed().padStart(6))}  ${status}`);
  };
}

/** Asks again and again until `look` gives something. Throws when that takes longer than the deadline. */
export async function until<T>(what: string, deadlineSeconds: number, look: () => Promise<T | undefined>): Promise<T> {
  const deadline = Date.now() + deadlineSeconds * 1000;
  while (Date.now() < deadline) {
    const found = await look();
    if (found !== undefined) return found;
    await sleep(live ? 150 : 300);
  }
  throw new Error(`${what} took longer than ${deadlineSeconds} seconds`);
}

/** A table with its columns aligned, numbers to the right. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): void {
  const all = [header, ...rows];
  const widths = header.map((_, i) => Math.max(...all.map((row) => row[i]?.length ?? 0)));
  for (const [index, row] of all.entries()) {
    const text = row.map((cell, i) => cell.padStart(widths[i] ?? 0)).join('   ');
    console.log(`    ${index === 0 ? colours.dim(text) : text}`);
  }
}
