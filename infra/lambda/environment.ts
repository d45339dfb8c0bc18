// One Lambda execution environment on this machine: AWS's emulator with the function's package, as if in the cloud.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { answersOn, freePorts } from '../local/ports.ts';
import type { Emulator } from './emulator.ts';

const UP_WITHIN_MS = 60_000;
const LOOK_EVERY_MS = 20;
const INVOKED_WITHIN_MS = 90_000;

export interface EnvironmentOptions {
  readonly emulator: Emulator;
  /** Where the package was unzipped. */
  readonly taskRoot: string;
  /** As the function's configuration names it. */
  readonly handler: string;
  readonly functionName: string;
  readonly timeoutSeconds?: number;
  /** What the function's configuration sets. */
  readonly environment: Readonly<Record<string, string>>;
  /** Stands between the runtime and the emulator's runtime API: given its address, it gives the one to use. */
  readonly between?: (runtimeApi: string) => Promise<string>;
}

export interface Invoked {
  readonly status: number;
  readonly text: string;
  /** The answer as JSON; undefined when it is none. */
  readonly payload: unknown;
  readonly durationMs: number;
}

export interface Environment {
  invoke(event: unknown): Promise<Invoked>;
  /** What the function and the emulator have written so far. */
  log(): string;
  /** The process of the runtime, which a freeze stops. */
  runtimePid(): number;
  stop(): Promise<void>;
}

/** Ends with this process, whatever happens to the tests. */
const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) killTree(child);
});

export async function startEnvironment(options: EnvironmentOptions): Promise<Environment> {
  const { lambda: apiPort, http: invokePort } = await freePorts();
  const api = `127.0.0.1:${String(apiPort)}`;
  const seen = options.between ? await options.between(api) : api;
  const { emulator, taskRoot, handler } = options;
  const addresses = ['--runtime-api-address', api, '--runtime-interface-emulator-address', `127.0.0.1:${invokePort}`];
  // The emulator sets the address itself, and whatever stands in between must be named after it.
  const runtime = ['/usr/bin/env', `AWS_LAMBDA_RUNTIME_API=${seen}`, process.execPath, emulator.client, handler];
  const child = spawn(emulator.program, [...addresses, ...runtime], {
    cwd: taskRoot,
    env: variablesOf(options),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  let written = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (written += text));
  await up(child, invokePort, () => written);
  return {
    invoke: (event) => invoke(invokePort, event),
    log: () => written,
    runtimePid: () => childOf(child.pid),
    async stop() {
      if (child.exitCode === null && child.signalCode === null) {
        const exit = once(child, 'exit');
        killTree(child);
        await exit;
      }
      running.delete(child);
    },
  };
}

/** What the platform sets for every function, beside the function's own. */
function variablesOf({ functionName, taskRoot, timeoutSeconds = 10, environment }: EnvironmentOptions) {
  return {
    PATH: '/usr/local/bin:/usr/bin:/bin',
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
    LAMBDA_TASK_ROOT: taskRoot,
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_FUNCTION_NAME: functionName,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '512',
    AWS_LAMBDA_FUNCTION_TIMEOUT: String(timeoutSeconds),
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${functionName}`,
    AWS_LAMBDA_LOG_STREAM_NAME: '2026/01/05/[$LATEST]0123456789abcdef0123456789abcdef',
    AWS_REGION: 'us-east-1',
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    // A client without an endpoint of its own meets nobody, and never a real account.
    AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
    ...environment,
  };
}

async function invoke(port: number, event: unknown): Promise<Invoked> {
  const startedAt = performance.now();
  const response = await fetch(`http://127.0.0.1:${port}/2015-03-31/functions/function/invocations`, {
    method: 'POST',
    body: JSON.stringify(event),
    signal: AbortSignal.timeout(INVOKED_WITHIN_MS),
  });
  const text = await response.text();
  return { status: response.status, text, payload: parsed(text), durationMs: performance.now() - startedAt };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function up(child: ChildProcess, port: number, log: () => string): Promise<void> {
  for (let waitedMs = 0; waitedMs < UP_WITHIN_MS; waitedMs += LOOK_EVERY_MS) {
    if (await answersOn(port)) return;
    if (child.exitCode !== null) throw new Error(`The emulator ended with code ${String(child.exitCode)}:\n${log()}`);
    await pause(LOOK_EVERY_MS);
  }
  throw new Error(`The emulator did not listen on port ${String(port)} within ${String(UP_WITHIN_MS)} ms:\n${log()}`);
}

/** The emulator starts the runtime as its only child. */
function childOf(pid: number | undefined): number {
  const children = execFileSync('ps', ['-o', 'pid=', '--ppid', String(pid)], { encoding: 'utf8' }).trim();
  const child = Number(children.split('\n')[0]);
  if (!Number.isInteger(child) || child <= 0) throw new Error(`Process ${String(pid)} has no runtime under it.`);
  return child;
}

function killTree(child: ChildProcess): void {
  try {
    process.kill(childOf(child.pid), 'SIGKILL');
  } catch {
    // The runtime has ended already.
  }
  child.kill('SIGKILL');
}
