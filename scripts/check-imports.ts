import { globSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { brokenRules } from './import-rules.ts';

const root = dirname(import.meta.dirname);
const files = globSync('server/**/*.ts', { cwd: root }).sort();
const broken = files.flatMap((file) => brokenRules(file, readFileSync(`${root}/${file}`, 'utf8')));

for (const line of broken) console.error(line);
if (broken.length > 0) console.error(`\n${broken.length} imports break the rules of ARCHITECTURE.md.`);
else console.log(`The imports of ${files.length} files keep to the rules.`);
process.exitCode = broken.length > 0 ? 1 : 0;
