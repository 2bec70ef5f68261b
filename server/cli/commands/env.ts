import { type Format, formatVariables, variablesFor } from '../environment.ts';
import { findServer } from '../find-server.ts';
import { roleCredentials } from '../role-credentials.ts';

export async function env(options: { home?: string; format: Format; role?: boolean }): Promise<void> {
  const server = await findServer(options.home);
  const credentials = options.role ? await roleCredentials(server) : undefined;
  process.stdout.write(`${formatVariables(variablesFor(server, credentials), options.format)}\n`);
}
