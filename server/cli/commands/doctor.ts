import * as check from '../doctor/checks.ts';
import { type Finding, formatFindings } from '../doctor/findings.ts';
import { configFrom, homeFrom } from '../settings.ts';

async function allFindings(home: string): Promise<Finding[]> {
  const { cache } = configFrom({}, home);
  return Promise.all([
    { name: 'Node.js', state: 'ok', found: `${process.version} (${process.execPath})` },
    check.checkPython(),
    check.checkUv(cache),
    check.checkSandbox(),
    check.checkDocker(),
    check.checkGpu(),
    check.checkMachine(),
    check.checkDisk('Home', home),
    check.checkDisk('Cache', cache),
  ]);
}

export async function doctor(options: { home?: string; json?: boolean }): Promise<void> {
  const findings = await allFindings(homeFrom(options.home));
  console.log(options.json ? JSON.stringify(findings, undefined, 2) : formatFindings(findings));
  if (findings.some(({ state }) => state === 'needed')) process.exitCode = 1;
}
