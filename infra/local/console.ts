// The console of the local world: built when the world starts, and anew whenever its sources change.
import { watch } from 'node:fs';
import { resolve } from 'node:path';
import { buildConsole } from '../console/build.ts';
import type { Log } from './lambda.ts';
import type { Service } from './serverless.ts';

const SOURCE = resolve(import.meta.dirname, '../../console');
/** Editors save in several steps. */
const SETTLED_MS = 100;

interface ConsoleOptions {
  readonly service: Service;
  /** Where it is built. */
  readonly folder: string;
  readonly watched: boolean;
  readonly log: Log;
  /** Of what; the checkout's when left out. */
  readonly source?: string;
}

/** Gives what ends the watching. A source that cannot be bundled is said in the log: the world does without a console. */
export async function startConsole(options: ConsoleOptions): Promise<() => void> {
  const { service, folder, watched, log, source = SOURCE } = options;
  const definition = service.functions['console'];
  if (definition) definition.environment = { ...definition.environment, FLYBALL_CONSOLE: folder };
  const build = () =>
    buildConsole(folder, source).then(
      () => undefined,
      (error: unknown) => log(`the console cannot be built: ${error instanceof Error ? error.message : String(error)}`),
    );
  await build();
  return watched ? watchSources(source, build) : () => undefined;
}

/** One build at a time; what changes meanwhile is built after it. */
function watchSources(source: string, build: () => Promise<void>): () => void {
  let timer: NodeJS.Timeout | undefined;
  let building = Promise.resolve();
  const watcher = watch(source, { recursive: true }, () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      building = building.then(build);
    }, SETTLED_MS);
  });
  return () => {
    clearTimeout(timer);
    watcher.close();
  };
}
