// Takes figures and prints them as one table: node scripts/bootstrap.mjs bench [--quick] [figure …]
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { duration } from '../scripts/set-up/steps.mjs';
import { figures } from './figures/index.ts';
import { machine, type Row, table } from './report.ts';

const { values, positionals } = parseArgs({ options: { quick: { type: 'boolean' } }, allowPositionals: true });
const names = positionals.length > 0 ? positionals : Object.keys(figures);
const unknown = names.filter((name) => !figures[name]);
if (unknown.length > 0) {
  console.error(`There is no figure ${unknown.join(', ')}. There are: ${Object.keys(figures).join(', ')}`);
  process.exit(2);
}

const { quick = false } = values;
const folder = mkdtempSync(join(tmpdir(), 'wildsage-bench-'));
const interrupted = () => process.exit(130);
process.once('SIGINT', interrupted).once('SIGTERM', interrupted);
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

const rows: Row[] = [];
let failed = false;
for (const name of names) {
  const figure = figures[name]!;
  const own = join(folder, name);
  mkdirSync(own);
  const began = Date.now();
  process.stderr.write(`${figure.title} …`);
  try {
    const taken = await figure.take({ folder: own, quick });
    rows.push(...(quick ? taken.map((row) => ({ ...row, met: undefined })) : taken));
    process.stderr.write(` ${duration(Date.now() - began)}\n`);
  } catch (error) {
    failed = true;
    process.stderr.write(` failed\n${error instanceof Error ? error.stack : error}\n`);
  }
  rmSync(own, { recursive: true, force: true });
}

console.log(`\n${machine()}`);
console.log(`${new Date().toISOString().slice(0, 10)}, load of the machine at the end: ${loadavg()[0]?.toFixed(1)}\n`);
console.log(table(rows));
const judged = rows.filter(({ met }) => met !== undefined);
if (quick) console.log('\n--quick: the figures mean nothing; they only show that they can be taken.');
else console.log(`\n${judged.filter(({ met }) => met).length} of ${judged.length} targets met`);
process.exit(failed ? 1 : 0);
