import { cpus, totalmem } from 'node:os';
import picocolors from 'picocolors';

/** One line of the table: a figure of Wildsage's, what it is held against, and what the ratio has to be. */
export interface Row {
  readonly what: string;
  /** With its unit. */
  readonly figure: string;
  readonly peers?: readonly Peer[];
  /** What is asked for, in words; a row without one is there for context. */
  readonly target?: string;
  readonly met?: boolean;
}

export interface Peer {
  readonly name: string;
  readonly figure: string;
  /** Wildsage's figure divided by the peer's. */
  readonly ratio: number;
}

export const milliseconds = (seconds: number): string => {
  const value = seconds * 1000;
  return `${value.toFixed(value < 1 ? 3 : value < 10 ? 2 : value < 100 ? 1 : 0)} ms`;
};

export const perSecond = (value: number): string => `${Math.round(value).toLocaleString('en')}/s`;

export const mebibytes = (bytes: number): string => `${Math.round(bytes / 1024 / 1024)} MiB`;

/** A peer whose figure is in the same unit as Wildsage's. */
export const peer = (name: string, mine: number, theirs: number, show: (value: number) => string): Peer => ({
  name,
  figure: show(theirs),
  ratio: mine / theirs,
});

const HEAD = ['', 'Wildsage', 'held against', 'its figure', 'ratio', 'target', 'met'];

/** The rows as aligned text, a line for each peer. */
export function table(rows: readonly Row[]): string {
  const lines = [HEAD, ...rows.flatMap(linesOf)];
  const widths = HEAD.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  const text = lines.map((line) =>
    line
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  text.splice(1, 0, widths.map((width) => '─'.repeat(width)).join('  '));
  return text
    .join('\n')
    .replace(/\bNO$/gm, picocolors.red('NO'))
    .replace(/\byes$/gm, picocolors.green('yes'));
}

function linesOf({ what, figure, peers = [], target = '', met }: Row): string[][] {
  const verdict = met === undefined ? '' : met ? 'yes' : 'NO';
  const cells = (each: Peer | undefined) =>
    each ? [each.name, each.figure, `×${each.ratio.toFixed(2)}`] : ['', '', ''];
  const [first, ...others] = peers;
  return [[what, figure, ...cells(first), target, verdict], ...others.map((each) => ['', '', ...cells(each), '', ''])];
}

/** What the figures were taken on. */
export function machine(): string {
  const processors = cpus();
  const memory = Math.round(totalmem() / 1024 ** 3);
  return `${processors.length} × ${processors[0]?.model.trim() ?? 'unknown CPU'}, ${memory} GiB memory, ${process.platform} ${process.arch}, Node.js ${process.versions.node}`;
}
