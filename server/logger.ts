/** The server's own log: a constant message, values as fields. Never secrets, never payloads. */
export interface Logger {
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
  error(message: string, fields?: Record<string, unknown>): void;
}

const plain = (value: unknown): unknown =>
  value instanceof Error
    ? { name: value.name, message: value.message, stack: value.stack, cause: value.cause && plain(value.cause) }
    : value;

/** One JSON object a line, which `write` takes. */
export const jsonLogger = (write: (line: string) => void): Logger => {
  const at =
    (level: string) =>
    (message: string, fields: Record<string, unknown> = {}) => {
      const values = Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, plain(value)]));
      write(`${JSON.stringify({ time: new Date().toISOString(), level, message, ...values })}\n`);
    };
  return { info: at('info'), warn: at('warn'), error: at('error') };
};

export const silentLogger: Logger = { info() {}, warn() {}, error() {} };
