import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, CommanderError, Option } from 'commander';
import { CliError } from './cli-error.ts';
import { DEFAULT_PORT } from './settings.ts';
import { note } from './terminal.ts';

const packageFile = join(import.meta.dirname, '..', '..', 'package.json');

const homeOption = () =>
  new Option('--home <dir>', 'where everything is kept (default: $WILDSAGE_HOME, else ~/.wildsage)');

const examples = (...lines: string[]) => `\nExamples:\n${lines.map((line) => `  $ ${line}`).join('\n')}\n`;

function addServerCommands(program: Command): void {
  program
    .command('up')
    .description('start Wildsage; one line on standard output says when it takes requests')
    .addOption(homeOption())
    .option('--host <address>', 'address to listen on (default: 127.0.0.1)')
    .option('--port <number>', `port to listen on, 0 for any free one (default: ${DEFAULT_PORT})`)
    .option('--detach', 'leave it running in the background')
    .option('--ephemeral', 'keep nothing: a temporary home, and POST /_/reset to empty it')
    .option('--account-id <digits>', 'account id of a new home (default: random)')
    .option('--region <name>', 'region that `wildsage env` names (default: $AWS_REGION, else us-east-1)')
    .option('--database-url <url>', 'PostgreSQL for resources, instead of SQLite (default: $WILDSAGE_DATABASE_URL)')
    .addHelpText(
      'after',
      examples('wildsage up', 'wildsage up --detach --port 8080', 'wildsage up --ephemeral --detach'),
    )
    .action(async (options) => (await import('./commands/up.ts')).up(options));
  program
    .command('down')
    .description('stop Wildsage; jobs and endpoints keep running, and are taken up again by the next `up`')
    .addOption(homeOption())
    .action(async (options) => (await import('./commands/down.ts')).down(options));
  program
    .command('status')
    .description('what runs: the server, its jobs and its endpoints')
    .addOption(homeOption())
    .option('--json', 'as JSON')
    .action(async (options) => (await import('./commands/status.ts')).status(options));
  program
    .command('reset')
    .description('end everything that runs and delete all resources, objects and logs of the home')
    .addOption(homeOption())
    .option('--yes', 'do not ask')
    .option('--database-url <url>', 'the PostgreSQL that it was started with (default: $WILDSAGE_DATABASE_URL)')
    .action(async (options) => (await import('./commands/reset.ts')).reset(options));
}

function addClientCommands(program: Command): void {
  program
    .command('env')
    .description('the variables that make every AWS client talk to Wildsage')
    .addOption(homeOption())
    .addOption(
      new Option('--format <form>', 'for eval, as JSON, or as a profile')
        .choices(['sh', 'json', 'profile'])
        .default('sh'),
    )
    .option('--role', 'with credentials of the execution role instead of the root key')
    .addHelpText(
      'after',
      examples(
        'eval "$(wildsage env)"',
        'wildsage env --format profile > wildsage.config',
        'AWS_CONFIG_FILE=wildsage.config AWS_PROFILE=wildsage aws s3 ls',
        'eval "$(wildsage env --role)"',
      ),
    )
    .action(async (options) => (await import('./commands/env.ts')).env(options));
  program
    .command('run')
    .description('run a command with all of `wildsage env`; its exit code is kept')
    .addOption(homeOption())
    .option('--role', 'with credentials of the execution role instead of the root key')
    .option('--ephemeral', 'start a Wildsage for this command alone, gone afterwards')
    .argument('<command...>', 'the command and its arguments')
    .passThroughOptions()
    .addHelpText('after', examples('wildsage run python train.py', 'wildsage run --ephemeral -- pytest -q'))
    .action(async (command, options) => (await import('./commands/run.ts')).run(command, options));
  program
    .command('logs')
    .description('what a job or an endpoint has printed')
    .argument('<name>', 'name of a training job or an endpoint')
    .addOption(homeOption())
    .option('-f, --follow', 'go on with new lines, until the job has ended')
    .addHelpText('after', examples('wildsage logs my-training-job', 'wildsage logs my-endpoint --follow'))
    .action(async (name, options) => (await import('./commands/logs.ts')).logs(name, options));
  program
    .command('doctor')
    .description('what this machine has, what each missing thing costs, and how to get it')
    .addOption(homeOption())
    .option('--json', 'as JSON')
    .action(async (options) => (await import('./commands/doctor.ts')).doctor(options));
}

export function createProgram(): Command {
  const { version, description } = JSON.parse(readFileSync(packageFile, 'utf8'));
  const program = new Command('wildsage')
    .description(description)
    .version(version)
    .enablePositionalOptions()
    .showHelpAfterError('Try: wildsage --help')
    .exitOverride();
  addServerCommands(program);
  addClientCommands(program);
  for (const command of program.commands)
    command.exitOverride().showHelpAfterError(`Try: wildsage ${command.name()} --help`);
  return program;
}

/** Runs the command line `args` (without program names) and sets the process's exit code. */
export async function main(args: readonly string[]): Promise<void> {
  // A reader that has seen enough (`wildsage logs … | head`) is no fault.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
  try {
    await createProgram().parseAsync(args, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
    else if (error instanceof CliError) {
      note(error.message);
      process.exitCode = error.exitCode;
    } else throw error;
  }
}
