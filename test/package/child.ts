// Runs what a user of the package would run, in a process of its own that knows nothing of this checkout.
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { inject } from 'vitest';

const execute = promisify(execFile);

export interface Printed {
  readonly stdout: string;
  readonly stderr: string;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** Runs a program in the project. @throws with what it said when it ends with a code other than 0. */
export function inProject(program: string, args: readonly string[], environment: Environment = {}): Promise<Printed> {
  const project = inject('project');
  return execute(program, [...args], { cwd: project, env: environmentOf(environment), maxBuffer: 16 * 1024 * 1024 });
}

/** Runs a script, as `node -e`. */
export function node(script: string, environment: Environment = {}): Promise<Printed> {
  return inProject(process.execPath, ['-e', script], environment);
}

export interface Driven {
  readonly answers: readonly { readonly answer?: unknown; readonly thrown?: unknown }[];
  /** What flyball logged. */
  readonly log: readonly Readonly<Record<string, unknown>>[];
}

/** Calls the handler of a module, by its path in the project, with each event. */
export async function drive(
  module: string,
  events: readonly unknown[],
  environment: Environment = {},
): Promise<Driven> {
  const project = inject('project');
  const run = join(project, randomUUID());
  writeFileSync(`${run}.events.json`, JSON.stringify(events));
  const args = ['drive.mjs', join(project, module), `${run}.events.json`, `${run}.answers.json`];
  const { stdout } = await inProject(process.execPath, args, environment);
  return {
    answers: JSON.parse(readFileSync(`${run}.answers.json`, 'utf8')) as Driven['answers'],
    log: stdout
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>),
  };
}

/** Nothing of the test runner, nor of a developer's account. */
function environmentOf(given: Environment): Record<string, string> {
  const { PATH = '' } = process.env;
  const environment = { PATH, AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' };
  const known = Object.entries(given).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return { ...environment, ...Object.fromEntries(known) };
}

/** Where the emulated table is, for a child. */
export function withTable(tableName: string): Environment {
  return {
    FLYBALL_TABLE: tableName,
    AWS_ENDPOINT_URL_DYNAMODB: inject('dynamodb'),
    // The machine may be busy.
    FLYBALL_STORE_PATIENCE: '50',
  };
}
