import { createInterface } from 'node:readline/promises';
import picocolors from 'picocolors';

/** Colours of standard output: none where it is no terminal, or where NO_COLOR asks for none. */
export const colours = picocolors.createColors(Boolean(process.stdout.isTTY) && !process.env.NO_COLOR);

/** Tells people something without mixing it into what the command gives. */
export const note = (text: string) => void process.stderr.write(`${text}\n`);

/** Lines with their columns aligned. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = rows.reduce<number[]>((known, row) => row.map((cell, i) => Math.max(known[i] ?? 0, cell.length)), []);
  return rows
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Asks a question that only `yes` or `y` answers in the affirmative; false where nobody can answer. */
export async function confirm(question: string): Promise<boolean> {
  if (!process.stdin.isTTY) return false;
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await lines.question(`${question} [y/N] `)).trim());
  } finally {
    lines.close();
  }
}

/** `45 s`, `3 min`, `2 h 05 min`, `4 d 3 h` */
export function span(milliseconds: number): string {
  const minutes = Math.floor(milliseconds / 60_000);
  if (minutes < 1) return `${Math.floor(milliseconds / 1000)} s`;
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${hours} h ${String(minutes % 60).padStart(2, '0')} min`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}
