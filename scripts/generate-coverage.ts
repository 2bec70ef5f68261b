/**
 * Writes `docs/coverage.md`: every operation of every served service, there or missing. A test holds it against a fresh
 * one. `node scripts/generate-coverage.ts`
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ServedService, serveFeatures } from '../server/gateway/served-services.ts';
import { silentLogger } from '../server/logger.ts';
import { openPlatform } from '../server/open-platform.ts';
import { allFeatures } from '../server/services/index.ts';

/** What the names of operations do not tell. */
const notes: Readonly<Record<string, readonly string[]>> = {
  s3: [
    'Kept and given back, yet without effect: CORS rules (every origin may ask, since every request is signed),',
    'lifecycle rules, notifications, websites, encryption, access lists of buckets. Access lists of objects are refused.',
    'Uploads by HTML form (`generate_presigned_post`) are there, though no operation has that name.',
  ],
};

/** The page's text, from the features as the server has them. */
export async function coveragePage(): Promise<string> {
  const home = mkdtempSync(join(tmpdir(), 'wildsage-coverage-'));
  const config = { home, host: '127.0.0.1', port: 0, region: 'us-east-1', ephemeral: true, cache: join(home, 'cache') };
  const { platform, close } = await openPlatform(config, silentLogger, () => ({}));
  try {
    const served = [...(await serveFeatures(allFeatures(platform))).values()];
    return page(served);
  } finally {
    await close();
    rmSync(home, { recursive: true, force: true });
  }
}

function page(served: ServedService[]): string {
  const rows = served.map(({ model, operations }) => {
    const { title, id } = model.service;
    return `| [${title}](#${id}) | ${operations.size} | ${model.operations.size} |`;
  });
  return [
    '# What is there',
    '',
    'Every operation of every service that Wildsage serves. One that is missing answers 501 `NotImplementedException`.',
    'This page is generated: `node scripts/generate-coverage.ts`.',
    '',
    '| Service | There | In the API |',
    '|---|---:|---:|',
    ...rows,
    '',
    ...served.flatMap(section),
  ].join('\n');
}

function section({ model, operations }: ServedService): string[] {
  const names = [...model.operations.keys()].sort();
  const list = (wanted: boolean) => names.filter((name) => operations.has(name) === wanted);
  const missing = list(false);
  const note = notes[model.service.id];
  return [
    `## ${model.service.id}`,
    '',
    `There (${operations.size}): ${list(true).join(', ') || 'nothing yet'}.`,
    '',
    ...(note ? [...note, ''] : []),
    ...(missing.length > 0 ? [`Missing (${missing.length}): ${missing.join(', ')}.`, ''] : []),
  ];
}

if (import.meta.main) {
  writeFileSync(new URL('../docs/coverage.md', import.meta.url), await coveragePage());
}
