import { spawn } from 'node:child_process';
import { SetUpError } from './steps.mjs';

/** The beginning and the end of what a tool printed: the reason for a failure is in one of them. */
const shortened = (text) => {
  const lines = text.trim().split('\n');
  return (lines.length <= 30 ? lines : [...lines.slice(0, 12), '…', ...lines.slice(-12)]).join('\n');
};

/** Runs a tool with no input and gives what it printed; throws with the end of that when it fails. */
export function capture(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const keep = (chunk) => {
      output = (output + chunk).slice(-200_000);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', (error) => reject(new SetUpError(`${command} cannot be started: ${error.message}`)));
    child.on('close', (code, signal) => {
      if (code === 0) return resolve(output);
      reject(new SetUpError(`${command} ${args.join(' ')} ended with ${signal ?? code}:\n${shortened(output)}`));
    });
  });
}

/** Becomes `command`, as far as Node can: same terminal, signals passed on, same exit code. Does not return. */
export function become(command, args, env = process.env) {
  // A terminal's Ctrl-C reaches the whole group; passing it on once more would be a second one.
  const forward = (signal) => (signal === 'SIGINT' && process.stdin.isTTY ? undefined : child.kill(signal));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR1', 'SIGUSR2']) {
    process.on(signal, () => forward(signal));
  }
  // Not before: a signal between the two would end this process and leave the other behind.
  const child = spawn(command, args, { stdio: 'inherit', env });
  child.on('error', (error) => {
    process.stderr.write(`${command} cannot be started: ${error.message}\n`);
    process.exit(127);
  });
  child.on('exit', (code, signal) => {
    if (!signal) process.exit(code ?? 1);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}
