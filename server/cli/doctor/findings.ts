import { colours } from '../terminal.ts';

/** What was found out about one thing that Wildsage uses. */
export interface Finding {
  readonly name: string;
  /** `needed`: nothing can run without it. `missing`: something is worse without it. */
  readonly state: 'ok' | 'missing' | 'needed';
  /** What is there. */
  readonly found?: string;
  /** What one does without. */
  readonly cost?: string;
  /** How to get it. */
  readonly remedy?: string;
}

const marks = { ok: colours.green('✓'), missing: colours.yellow('!'), needed: colours.red('✗') };

/** The findings as text: one line for what is there, three for what is not. */
export function formatFindings(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ name }) => name.length));
  const indent = ' '.repeat(width + 4);
  return findings
    .map(({ name, state, found = 'not there', cost, remedy }) => {
      const more = [cost, remedy && `To get it: ${remedy}`].flatMap((line) => (line ? [`${indent}${line}`] : []));
      return [`${marks[state]} ${name.padEnd(width)}  ${found}`, ...(state === 'ok' ? [] : more)].join('\n');
    })
    .join('\n');
}
