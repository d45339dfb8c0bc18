// Starts a local world for tests: on free ports, in a folder of its own, beside a developer's.
// A test reads its addresses with `inject('world')` from vitest. A process left behind at the end fails the run.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { TestProject } from 'vitest/node';
import { freePorts } from '../../infra/local/ports.ts';
import { type LocalWorldState, stateFile } from '../../infra/local/state-file.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    world: LocalWorldState;
    /** The file that notes every call a function made, with the function's name. */
    calls: string;
  }
}

const READY_WITHIN_MS = 300_000;
const STOPPED_WITHIN_MS = 60_000;
const LAST_PROCESS_WITHIN_MS = 20_000;
const LOOK_EVERY_MS = 50;

/** What a run's world is beside what all are. */
export interface WorldSetting {
  /** Of its log and its folder in .flyball. */
  readonly name: string;
  /** For the command: `--traffic`. */
  readonly options?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export default function startEndToEndWorld(project: TestProject): Promise<() => Promise<void>> {
  return startWorld(project, { name: 'e2e' });
}

/** Gives what stops it. Rejects with what the world said when it does not get ready. */
export async function startWorld(
  project: TestProject,
  { name, options = [], env = {} }: WorldSetting,
): Promise<() => Promise<void>> {
  const root = join(import.meta.dirname, '../..');
  // Inside the checkout: what is built there finds node_modules.
  mkdirSync(join(root, '.flyball'), { recursive: true });
  const dir = mkdtempSync(join(root, '.flyball', `${name}-`));
  const calls = join(dir, 'calls.jsonl');
  const ports = await freePorts();
  const output: string[] = [];
  // Kept after the run: what the functions said while a test failed.
  const log = createWriteStream(join(root, '.flyball', `${name}.log`));
  // A group of its own, so that what it leaves behind can be found by the group's id.
  let ready = false;
  const child = spawn('npm', ['start', '--', ...options], {
    cwd: root,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      // vitest's own would make the world's functions believe they are under test.
      NODE_ENV: '',
      VITEST: '',
      PORT: String(ports.http),
      FLYBALL_LAMBDA_PORT: String(ports.lambda),
      FLYBALL_DYNAMODB_PORT: String(ports.dynamodb),
      FLYBALL_SQS_PORT: String(ports.sqs),
      FLYBALL_S3_PORT: String(ports.s3),
      FLYBALL_XRAY_PORT: String(ports.xray),
      FLYBALL_ALERTS_PORT: String(ports.alerts),
      FLYBALL_LOCAL_DIR: dir.slice(root.length + 1),
      FLYBALL_DATA_DIR: '',
      FLYBALL_WATCH: 'off',
      FLYBALL_RECORD_CALLS: calls,
      // A machine that is slow is no function that hangs.
      FLYBALL_LOCAL_PATIENCE: '4',
      ...env,
    },
  });
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      log.write(text);
      if (!ready) output.push(text);
    });
  }

  try {
    await until(() => output.join('').includes('flyball is ready'), READY_WITHIN_MS, child);
    ready = true;
    project.provide('calls', calls);
    project.provide('world', JSON.parse(readFileSync(stateFile(dir), 'utf8')) as LocalWorldState);
  } catch (error) {
    await stop(child).catch(() => undefined);
    rmSync(dir, { recursive: true, force: true });
    throw new Error(`The local world did not get ready:\n${output.join('').slice(-5_000)}`, { cause: error });
  }
  return async () => {
    try {
      await stop(child);
    } finally {
      log.end();
      rmSync(dir, { recursive: true, force: true });
    }
  };
}

/** Throws when a process of the world outlives it, having ended that too. */
async function stop(child: ChildProcess): Promise<void> {
  const group = -(child.pid ?? 0);
  if (group === 0) return;
  if (child.exitCode === null && child.signalCode === null) {
    const exit = once(child, 'exit');
    child.kill('SIGTERM');
    const patience = new AbortController();
    await Promise.race([
      exit,
      setTimeout(STOPPED_WITHIN_MS, undefined, { signal: patience.signal }).catch(() => undefined),
    ]);
    // A timer left running would keep the tests from ending.
    patience.abort();
  }
  // The last of them may be ending at this moment.
  for (let waited = 0; waited < LAST_PROCESS_WITHIN_MS && alive(group); waited += LOOK_EVERY_MS)
    await setTimeout(LOOK_EVERY_MS);
  if (!alive(group)) return;
  process.kill(group, 'SIGKILL');
  throw new Error('The local world left a process behind when it was stopped by SIGTERM.');
}

function alive(group: number): boolean {
  try {
    process.kill(group, 0);
    return true;
  } catch {
    return false;
  }
}

async function until(condition: () => boolean, limitMs: number, child: ChildProcess): Promise<void> {
  for (let waited = 0; waited < limitMs; waited += LOOK_EVERY_MS) {
    if (condition()) return;
    if (child.exitCode !== null) throw new Error(`npm start ended with code ${String(child.exitCode)}`);
    await setTimeout(LOOK_EVERY_MS);
  }
  throw new Error(`nothing after ${String(limitMs)} ms`);
}
