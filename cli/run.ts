// Runs one command line: understands it, lets the command do its work, prints what it has to say.
import { parseArgs, type ParseArgsOptionsConfig } from 'node:util';
import type { Command, Given, Outcome } from './command.ts';
import { COMMANDS } from './commands.ts';
import { controlPlaneAt } from './control-plane.ts';
import { EXIT, Failure, WrongUsage, type ExitCode } from './failure.ts';
import { helpOf, helpOfCommand } from './help.ts';
import { printable } from './printable.ts';

export interface Terminal {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly folder: string;
  readonly version: string;
  /** Each prints a whole text and ends the line. */
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** For one request, in ms. */
  readonly timeoutMs?: number;
}

const COMMON: ParseArgsOptionsConfig = {
  url: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
};

/** Never rejects: what goes wrong is printed, and told by the exit code. */
export async function run(argv: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const json = argv.includes('--json');
  try {
    const { exitCode, lines, json: value } = await outcomeOf(argv, terminal);
    terminal.out(
      json && Object.keys(value).length > 0 ? printable(JSON.stringify(value)) : lines.map(printable).join('\n'),
    );
    return exitCode;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    tell(error, json, terminal);
    return error.exitCode;
  }
}

async function outcomeOf(argv: readonly string[], terminal: Terminal): Promise<Outcome> {
  const [first, ...rest] = argv;
  if (first === '--version' || first === '-v') return said(terminal.version, { version: terminal.version });
  if (first === '--help' || first === '-h') return said(helpOf(COMMANDS));
  const command = commandCalled(first);
  const { values, positionals } = parsed(command, rest);
  if (values['help'] === true) return said(helpOfCommand(command));
  const { env, folder, timeoutMs } = terminal;
  const url = typeof values['url'] === 'string' ? values['url'] : env['FLYBALL_URL'];
  return command.run(givenBy(command, values, positionals), {
    controlPlane: controlPlaneAt({
      url,
      token: env['FLYBALL_TOKEN'],
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    }),
    folder,
  });
}

function said(text: string, json: Readonly<Record<string, unknown>> = {}): Outcome {
  return { exitCode: EXIT.ok, lines: text.split('\n'), json };
}

/** @throws {WrongUsage} with the commands there are. */
function commandCalled(name: string | undefined): Command {
  const command = COMMANDS.find((one) => one.name === name);
  if (command) return command;
  const what = name === undefined ? 'A command is missing' : `There is no command "${name}"`;
  throw new WrongUsage(`${what}: write ${COMMANDS.map((one) => one.name).join(', ')}, or --help.`);
}

interface Parsed {
  readonly values: Readonly<Record<string, unknown>>;
  readonly positionals: readonly string[];
}

/** @throws {WrongUsage} on options that the command does not have. */
function parsed({ name, options }: Command, args: readonly string[]): Parsed {
  if (args.some((arg) => arg === '--token' || arg.startsWith('--token='))) {
    throw new WrongUsage('A key does not belong on the command line, where others can see it: set FLYBALL_TOKEN.');
  }
  try {
    return parseArgs({ args: [...args], options: { ...COMMON, ...options }, allowPositionals: true });
  } catch (error) {
    const [reason = 'it cannot be understood'] = error instanceof Error ? error.message.split('. ') : [];
    throw new WrongUsage(`${reason}: flyball ${name} --help tells what there is.`, {}, { cause: error });
  }
}

/** @throws {WrongUsage} when there are too few or too many arguments. */
function givenBy({ name, synopsis, takes }: Command, values: Parsed['values'], args: readonly string[]): Given {
  if (args.length < takes.atLeast || args.length > takes.atMost) {
    throw new WrongUsage(`It takes other arguments: flyball ${name} ${synopsis}`);
  }
  return {
    args,
    text: (option) => {
      const value = values[option];
      return typeof value === 'string' ? value : undefined;
    },
    flag: (option) => values[option] === true,
  };
}

function tell(failure: Failure, json: boolean, { out, err }: Terminal): void {
  const { message, lines, problem, exitCode } = failure;
  if (json) out(printable(JSON.stringify({ error: { message, exitCode, ...(problem ? { problem } : {}) } })));
  else err([`flyball: ${message}`, ...lines.map((line) => `  ${line}`)].map(printable).join('\n'));
}
