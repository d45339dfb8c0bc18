// Runs the project's functions by serverless-offline, whose Lambda endpoint speaks the protocol of the real one.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

const READY_WITHIN_MS = 60_000;
const STOPPED_WITHIN_MS = 10_000;
const LOOK_EVERY_MS = 100;

const root = join(import.meta.dirname, '../..');
const project = join(import.meta.dirname, 'project');

export interface Functions {
  /** Invokes one and waits; true when it has not failed. */
  invoke(name: string): Promise<boolean>;
  stop(): Promise<void>;
}

/** `lastUrl`: where the last layer sends its requests. */
export async function startFunctions(lastUrl: string): Promise<Functions> {
  // Inside the checkout: what is built there finds node_modules.
  mkdirSync(join(root, '.flyball'), { recursive: true });
  const build = mkdtempSync(join(root, '.flyball', 'chain-'));
  const [http, lambda, websocket, alb] = await freePorts(4);
  const endpoint = `http://127.0.0.1:${lambda}`;
  const output: string[] = [];
  // By this Node rather than by the one that is found first: its workers run the functions.
  const child = spawn(process.execPath, [join(root, 'node_modules/.bin/serverless'), 'offline', 'start'], {
    cwd: project,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      NODE_ENV: '',
      VITEST: '',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      AWS_SESSION_TOKEN: '',
      // Whatever else is asked for must not reach anybody's account.
      AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
      AWS_ENDPOINT_URL_LAMBDA: endpoint,
      CHAIN_LAST_URL: lastUrl,
      CHAIN_BUILD_DIR: build,
      CHAIN_HTTP_PORT: String(http),
      CHAIN_LAMBDA_PORT: String(lambda),
      CHAIN_WEBSOCKET_PORT: String(websocket),
      CHAIN_ALB_PORT: String(alb),
    },
  });
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => void output.push(text));
  }
  const stop = async () => {
    await stopped(child);
    rmSync(build, { recursive: true, force: true });
  };
  const invoke = async (name: string) => {
    const answer = await fetch(`${endpoint}/2015-03-31/functions/chain-local-${name}/invocations`, {
      method: 'POST',
      body: '{}',
    });
    await answer.arrayBuffer();
    return answer.status < 300 && answer.headers.get('x-amz-function-error') === null;
  };
  try {
    await ready(endpoint, child, output);
    return { invoke, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Listening: whatever it answers to a name that there is not. */
async function ready(endpoint: string, child: ChildProcess, output: readonly string[]): Promise<void> {
  for (let waited = 0; waited < READY_WITHIN_MS && child.exitCode === null; waited += LOOK_EVERY_MS) {
    const answered = await fetch(endpoint).then(
      () => true,
      () => false,
    );
    if (answered) return;
    await setTimeout(LOOK_EVERY_MS);
  }
  throw new Error(`serverless-offline did not get ready:\n${output.join('').slice(-3_000)}`);
}

async function stopped(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const late = setTimeout(STOPPED_WITHIN_MS, 'late', { ref: false });
  if ((await Promise.race([exited, late])) === 'late') {
    child.kill('SIGKILL');
    await exited;
  }
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}
