import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Running, startServer } from '../processes.ts';
import { ACCOUNT } from '../wildsage.ts';

export interface PeerServer extends Running {
  readonly url: string;
}

const nodeServer = async (program: string, argument: string): Promise<PeerServer> => {
  const args = [fileURLToPath(new URL(program, import.meta.url)), argument];
  const { match, ...running } = await startServer({ command: process.execPath, args }, /^listening on (\d+)$/m);
  return { ...running, url: `http://127.0.0.1:${match[1]}` };
};

/** Answers each X-Amz-Target with one text. */
export function startConstant(folder: string, answers: Readonly<Record<string, string>>): Promise<PeerServer> {
  const file = join(folder, 'answers.json');
  writeFileSync(file, JSON.stringify(answers));
  return nodeServer('constant.ts', file);
}

export const startProxy = (origin: string): Promise<PeerServer> => nodeServer('proxy.ts', origin);

/** moto's server; `environment` is the folder of a Python environment that has it. */
export async function startMoto(environment: string, { cpu }: { cpu?: number } = {}): Promise<PeerServer> {
  const { match, ...running } = await startServer(
    {
      command: join(environment, 'bin', 'moto_server'),
      args: ['-H', '127.0.0.1', '-p', '0'],
      env: { MOTO_ACCOUNT_ID: ACCOUNT },
      cpu,
    },
    /Running on (http:\/\/127\.0\.0\.1:\d+)/,
  );
  return { ...running, url: match[1]! };
}
