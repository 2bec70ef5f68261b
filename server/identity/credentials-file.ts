import { randomBytes } from 'node:crypto';
import { open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type Config, paths } from '../config.ts';
import { newAccountId, newKeyId, newSecret } from './ids.ts';

/** What `credentials.json` in the home holds. `wildsage env` prints from it. Mode 0600. */
export interface CredentialsFile {
  readonly accountId: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly region: string;
  /** The execution role to give to SageMaker. */
  readonly roleArn: string;
  /** Seals session tokens and stored secrets; 32 bytes in base64. */
  readonly sealingKey: string;
  /** When the account was made, ISO. */
  readonly createdAt: string;
}

export const EXECUTION_ROLE = 'AmazonSageMaker-ExecutionRole';

/**
 * Reads the file, or makes it at the first start. An account id or root key in the configuration goes before what the
 * file has, and is written to it. Throws, saying what to do, when the file cannot be understood.
 */
export async function openCredentialsFile(config: Config, now: Date): Promise<CredentialsFile> {
  const path = paths(config.home).credentials;
  const kept = await readCredentialsFile(path);
  const accountId = config.accountId ?? kept?.accountId ?? newAccountId();
  if (!/^\d{12}$/.test(accountId)) throw new Error(`An account id is 12 digits, not "${accountId}".`);
  const wanted: CredentialsFile = {
    accountId,
    accessKeyId: config.rootCredentials?.accessKeyId ?? kept?.accessKeyId ?? newKeyId('AKIA', accountId),
    secretAccessKey: config.rootCredentials?.secretAccessKey ?? kept?.secretAccessKey ?? newSecret(),
    region: config.region,
    roleArn: `arn:aws:iam::${accountId}:role/${EXECUTION_ROLE}`,
    sealingKey: kept?.sealingKey ?? randomBytes(32).toString('base64'),
    createdAt: kept?.createdAt ?? now.toISOString(),
  };
  const text = `${JSON.stringify(wanted, undefined, 2)}\n`;
  if (!kept || text !== `${JSON.stringify(kept, undefined, 2)}\n`) await writePrivately(path, text);
  return wanted;
}

/** Undefined when there is none yet. */
export async function readCredentialsFile(path: string): Promise<CredentialsFile | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  const file = parse(text);
  if (file) return file;
  throw new Error(
    `${path} is damaged: it should hold the account and its key as JSON. Restore it from a backup, or remove it to ` +
      'get a new account and key; sessions and access keys made before will then be refused.',
  );
}

function parse(text: string): CredentialsFile | undefined {
  try {
    const file = JSON.parse(text) as Record<string, unknown>;
    const fields = ['accountId', 'accessKeyId', 'secretAccessKey', 'region', 'roleArn', 'sealingKey', 'createdAt'];
    if (!fields.every((field) => typeof file[field] === 'string')) return undefined;
    if (Buffer.from(file.sealingKey as string, 'base64').length !== 32) return undefined;
    return file as unknown as CredentialsFile;
  } catch {
    return undefined;
  }
}

/** Whole or not at all, and never readable by others, not even for a moment. */
async function writePrivately(path: string, text: string): Promise<void> {
  const temporary = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`;
  const file = await open(temporary, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
  const folder = await open(dirname(path), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
