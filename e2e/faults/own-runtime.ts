import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Small enough to be built in a moment; wheels of pure Python, so that every machine can. */
const REQUIREMENTS = `six==1.17.0 \\
    --hash=sha256:4721f391ed90541fddacab5acf947aa0d3dc7d27b2e1e8eda2be8970586c3274 \\
    --hash=sha256:ff70335d468e7eb6ec65b95b99d3a2836546063f63acc5171de367e834932a81
`;

const RUNTIME = {
  name: 'own',
  repositories: ['own-runtime'],
  requirements: 'requirements.txt',
  train: ['python', '-c', 'import six; print("six", six.__version__)'],
};

/** Puts a runtime of the user's own into a home: `own-runtime`, whose jobs print the version of `six`. */
export function writeOwnRuntime(home: string): void {
  writeFileSync(join(home, 'requirements.txt'), REQUIREMENTS);
  writeFileSync(join(home, 'runtimes.json'), JSON.stringify([RUNTIME]));
}
