import { jsonLogger, type Logger } from '../logger.ts';
import { colours } from './terminal.ts';

const marks = { info: colours.dim('·'), warn: colours.yellow('!'), error: colours.red('✗') };

const shown = (value: unknown) => {
  if (value instanceof Error) return value.stack ?? value.message;
  return typeof value === 'string' ? value : JSON.stringify(value);
};

const terminalLogger = (write: (text: string) => void): Logger => {
  const at =
    (level: keyof typeof marks) =>
    (message: string, fields: Record<string, unknown> = {}) => {
      const values = Object.entries(fields).map(([name, value]) => `${name}=${shown(value)}`);
      write(`${marks[level]} ${[message, ...values].join(' ')}\n`);
    };
  return { info: at('info'), warn: at('warn'), error: at('error') };
};

/** The server's log on standard error: for people on a terminal, else one JSON object a line. */
export const serverLog = (): Logger => {
  const write = (text: string) => void process.stderr.write(text);
  return process.stderr.isTTY ? terminalLogger(write) : jsonLogger(write);
};

/** The same without what is merely worth knowing: for a server that another command's output is about. */
export const quietServerLog = (): Logger => ({ ...serverLog(), info() {} });
