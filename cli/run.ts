// Runs one command line: understands it, lets the command do its work, prints what it has to say.
import { parseArgs, type ParseArgsOptionsConfig } from 'node:util';
import type { Command, Given, Outcome } from './command.ts';
import { COMMANDS } from './commands.ts';
import { NOBODY, type Console } from './console.ts';
import { baseOf, controlPlaneAt, type Place } from './control-plane.ts';
import { EXIT, Failure, WrongUsage, type ExitCode } from './failure.ts';
import { helpOf, helpOfCommand } from './help.ts';
import { keptKeys } from './key-file.ts';
import { shown } from './line.ts';
import { didYouMean } from './nearest.ts';
import { printable } from './printable.ts';

export interface Terminal {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly folder: string;
  readonly version: string;
  /** Each prints a whole text and ends the line. */
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** Nobody's unless it is given. */
  readonly console?: Console;
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
    const colour = terminal.console?.colour ?? false;
    if (json && Object.keys(value).length > 0) terminal.out(printable(JSON.stringify(value)));
    else terminal.out(lines.map((line) => shown(line, colour)).join('\n'));
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
  const { env, folder, console = NOBODY } = terminal;
  return command.run(givenBy(command, values, positionals), {
    controlPlane: controlPlaneAt(() => placeOf(values['url'], terminal)),
    ...{ folder, env, console, commands: COMMANDS },
  });
}

/** What is typed comes first, then the environment, then what was kept by a login: a key only for its own address. */
function placeOf(typed: unknown, { env, timeoutMs }: Terminal): Place {
  const limit = timeoutMs === undefined ? {} : { timeoutMs };
  const [url, token] = [typeof typed === 'string' ? typed : env['FLYBALL_URL'], env['FLYBALL_TOKEN']];
  if (url !== undefined && token !== undefined) return { url, token, ...limit };
  const kept = keptKeys(env);
  const address = url ?? kept.url;
  const key = address === undefined ? undefined : kept.keys[baseOf(address)];
  return { url: address, token: token ?? key, ...limit };
}

function said(text: string, json: Readonly<Record<string, unknown>> = {}): Outcome {
  return { exitCode: EXIT.ok, lines: text.split('\n'), json };
}

/** @throws {WrongUsage} with the commands there are. */
function commandCalled(name: string | undefined): Command {
  const command = COMMANDS.find((one) => one.name === name);
  if (command) return command;
  const what = name === undefined ? 'A command is missing' : `There is no command "${name}"`;
  const names = COMMANDS.map((one) => one.name);
  throw new WrongUsage(`${what}: write ${names.join(', ')}, or --help.${didYouMean(name ?? '', names)}`);
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
    const [, typed = ''] = /^Unknown option '--([^']*)'/.exec(reason) ?? [];
    const meant = didYouMean(typed, Object.keys({ ...COMMON, ...options }));
    throw new WrongUsage(`${reason}: flyball ${name} --help tells what there is.${meant}`, {}, { cause: error });
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
    texts: (option) => {
      const value: unknown = values[option];
      return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
    },
    flag: (option) => values[option] === true,
  };
}

function tell(failure: Failure, json: boolean, { out, err }: Terminal): void {
  const { message, lines, problem, exitCode } = failure;
  if (json) out(printable(JSON.stringify({ error: { message, exitCode, ...(problem ? { problem } : {}) } })));
  else err([`flyball: ${message}`, ...lines.map((line) => `  ${line}`)].map(printable).join('\n'));
}
