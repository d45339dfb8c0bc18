// Releases side by side: libraries that govern handlers, and control planes that publish for them, over one table.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Context } from 'aws-lambda';
import { inject } from 'vitest';
import type * as Flyball from 'flyball';
import type * as Store from 'flyball/store';
import { httpV2 } from '../support/events.ts';
import { silentLogger } from '../support/instance.ts';
import { emulated } from '../integration/table.ts';

const root = resolve(import.meta.dirname, '../..');

/** What every release since 0.1.0 exports. */
export interface Library {
  readonly version: string;
  readonly flyball: Pick<typeof Flyball, 'governed' | 'flyball'>;
  readonly store: Pick<typeof Store, 'signedTable'>;
}

type Handler = (event: unknown, context: Context) => Promise<unknown>;

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

export interface ControlPlane {
  readonly version: string;
  send(method: string, path: string, body?: object, query?: Readonly<Record<string, string>>): Promise<Answer>;
  /** What a schedule does once a minute, if this release has it. */
  merge(): Promise<void>;
}

/** Unpacks a release into the checkout, where its imports find our node_modules. */
export function unpack(version: string): string {
  mkdirSync(join(root, '.flyball'), { recursive: true });
  const folder = mkdtempSync(join(root, '.flyball/version-'));
  execFileSync('tar', ['-xzf', join(root, 'test/versions', version, 'flyball.tar.gz'), '-C', folder]);
  return folder;
}

export async function libraryIn(folder: string, version: string): Promise<Library> {
  const [flyball, store] = await Promise.all(['index.js', 'store.js'].map((file) => load(join(folder, file))));
  return { version, flyball: flyball as Library['flyball'], store: store as Library['store'] };
}

/** A control plane of deployed functions, which read `FLYBALL_TABLE` when they are loaded. */
export async function controlPlaneOf(
  version: string,
  files: Record<Part, string> & { readonly merge?: string },
): Promise<ControlPlane> {
  const merge = files.merge === undefined ? undefined : await handlerIn(files.merge, 'handler');
  const handlers = {
    'config-center': await handlerIn(files['config-center'], 'handler'),
    telemetry: await handlerIn(files.telemetry, 'handler'),
    'batch-monitor': await handlerIn(files['batch-monitor'], 'http'),
  };
  return {
    version,
    async merge() {
      await merge?.({}, lambdaContext());
    },
    async send(method, path, body, query) {
      const event = httpV2({
        ...{ method, path, query: query ?? {} },
        headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const handler = handlers[partOf(path)];
      const first = await answerOf(handler, event);
      // As its Retry-After asks: a connection that idled while a test waited may be gone, and one attempt is all it makes.
      return first.status === 503 ? answerOf(handler, event) : first;
    },
  };
}

async function answerOf(handler: Handler, event: unknown): Promise<Answer> {
  const answer = (await handler(event, lambdaContext())) as { statusCode: number; body?: string };
  return { status: answer.statusCode, body: JSON.parse(answer.body ?? 'null') as unknown };
}

/** An admin's; to be put into the table. */
export const KEY = 'fb_versions';

export type Part = 'config-center' | 'telemetry' | 'batch-monitor';

function partOf(path: string): Part {
  if (path.startsWith('/v1/telemetry')) return 'telemetry';
  return path.startsWith('/v1/jobs') ? 'batch-monitor' : 'config-center';
}

function load(file: string): Promise<unknown> {
  return import(pathToFileURL(file).href);
}

async function handlerIn(file: string, name: string): Promise<Handler> {
  const module = (await load(file)) as Readonly<Record<string, Handler | undefined>>;
  const handler = module[name];
  if (!handler) throw new Error(`${file} exports no ${name}`);
  return handler;
}

export function lambdaContext(): Context {
  return {
    awsRequestId: 'request-1',
    functionName: 'fn',
    getRemainingTimeInMillis: () => 30_000,
  } as Context;
}

export interface Member {
  invoke(event?: unknown): Promise<unknown>;
}

/** An instance of its own with this library: one more of the fleet. */
export function member(
  { flyball, store }: Library,
  tableName: string,
  options: Omit<Flyball.GovernOptions, 'table'>,
  handler: (event: unknown, calls: Library['flyball']['flyball']) => unknown,
): Member {
  const table = store.signedTable({
    ...{ tableName, ...emulated, endpoint: inject('dynamodb'), clock: options.clock ?? { now: () => Date.now() } },
    ...{ defaultTimeoutMs: 60_000, firstTimeoutMs: 60_000 },
  });
  const governed = flyball.governed({ logger: silentLogger, ...options, table }, (event: unknown) =>
    handler(event, flyball.flyball),
  );
  return { invoke: (event = httpV2()) => governed(event, lambdaContext()) };
}
