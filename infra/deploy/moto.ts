// moto, an emulated AWS with CloudFormation: installed once into a virtual environment, started on a free port.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { answersOn, freePorts } from '../local/ports.ts';
import { installPrograms } from '../python/programs.ts';

const FOLDER = '.flyball/moto';
/** What moto says, kept after the run. */
const LOG = '.flyball/moto.log';
const REQUIREMENTS = join(import.meta.dirname, 'requirements.txt');
const UP_WITHIN_MS = 60_000;
const LOOK_EVERY_MS = 100;

export const PYTHON = join(FOLDER, 'bin', 'python');
/** moto's own; it checks no signature, but the account follows from the key unless it is one of these. */
export const CREDENTIALS = { AWS_ACCESS_KEY_ID: 'testing', AWS_SECRET_ACCESS_KEY: 'testing' } as const;
export const REGION = 'eu-central-1';

export interface Moto {
  readonly url: string;
  stop(): Promise<void>;
}

/** Installs it unless it is there. Throws an Error that says what to do when there is no Python. */
export function installMoto(): void {
  installPrograms({ what: 'moto', folder: FOLDER, requirements: REQUIREMENTS, megabytes: 200 });
}

/** Throws what installing it throws. */
export async function startMoto(): Promise<Moto> {
  installMoto();
  const { http: port } = await freePorts();
  const child = spawn(PYTHON, [join(import.meta.dirname, 'moto_server.py'), String(port)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...withoutAws(process.env), ...CREDENTIALS, AWS_DEFAULT_REGION: REGION },
  });
  const end = () => child.kill('SIGKILL');
  process.once('exit', end);
  const log = createWriteStream(LOG);
  child.stdout.pipe(log, { end: false });
  child.stderr.pipe(log, { end: false });
  await up(port, child);
  return {
    url: `http://127.0.0.1:${String(port)}`,
    stop: async () => {
      process.off('exit', end);
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exit = once(child, 'exit');
      child.kill('SIGTERM');
      await exit;
    },
  };
}

/** An environment in which nothing can find a real account. */
export function withoutAws(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(env).filter(([name]) => !name.startsWith('AWS_'));
  return {
    ...Object.fromEntries(kept),
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_EC2_METADATA_DISABLED: 'true',
  };
}

async function up(port: number, child: ChildProcess): Promise<void> {
  for (let waited = 0; waited < UP_WITHIN_MS; waited += LOOK_EVERY_MS) {
    if (await answersOn(port)) return;
    if (child.exitCode !== null) throw new Error(`moto ended with code ${String(child.exitCode)}: see ${LOG}.`);
    await new Promise((resolve) => void setTimeout(resolve, LOOK_EVERY_MS));
  }
  throw new Error(`moto did not listen on port ${String(port)} within ${String(UP_WITHIN_MS)} ms: see ${LOG}.`);
}
