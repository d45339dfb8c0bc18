// Tells scripts and tests where the local world is: .flyball/local.json, there while the world is ready.
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface LocalWorldState {
  readonly http: string;
  readonly lambda: string;
  readonly dynamodb: string;
  /** Null while no process of this world's own answers. */
  readonly dynamodbPid: number | null;
  readonly sqs: string;
  readonly s3: string;
  /** Where segments are sent by UDP, and what was kept of them is read: `/traces`. */
  readonly xray: string;
  /** Who is told of alerts; what they were told is read at `/messages`. */
  readonly alerts: string;
  readonly s3Credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly table: string;
  readonly bucket: string;
  readonly queueUrl: string;
  readonly dlqUrl: string;
  /** Where refused events of a function wait, and where they end at last. */
  readonly parkingUrl: string;
  readonly parkingDlqUrl: string;
  readonly adminToken: string;
  /** The process to end by SIGTERM. */
  readonly pid: number;
}

/** `.flyball`, unless FLYBALL_LOCAL_DIR names another folder: tests run a world of their own beside a developer's. */
export function localDir(env: NodeJS.ProcessEnv): string {
  return env['FLYBALL_LOCAL_DIR'] || '.flyball';
}

export function stateFile(dir: string): string {
  return join(dir, 'local.json');
}

/** Replaced as a whole: a reader never sees half of it. It holds the admin token, so it is its owner's alone. */
export function writeState(dir: string, state: LocalWorldState): void {
  mkdirSync(dir, { recursive: true });
  const file = stateFile(dir);
  const draft = `${file}.${String(process.pid)}`;
  writeFileSync(draft, `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600 });
  renameSync(draft, file);
}

export function removeState(dir: string): void {
  rmSync(stateFile(dir), { force: true });
}
