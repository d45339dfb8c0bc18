// Keeps DynamoDB up: a killed process is started again on the same port with the same data, unless another took over.
import { type Dynalite, startDynalite } from './dynalite.ts';
import type { Log } from './lambda.ts';
import { answersOn, PortTaken } from './ports.ts';
import type { RecorderOptions } from './recorder.ts';

export interface KeeperOptions {
  readonly port: number;
  /** The folder that keeps the tables while no process does. */
  readonly path: string;
  /** Where calls are noted; nowhere when absent. */
  readonly record?: RecorderOptions;
  /** Makes sure that tables and their first items are there; called whenever another process begins to answer. */
  readonly prepare: () => Promise<void>;
  /** Told the process id, and undefined while it is not a process of ours that answers. */
  readonly changed: (pid: number | undefined) => void;
  readonly log: Log;
  /** From the end of a process to its replacement: time to see what the world does without its store. */
  readonly restartAfterMs?: number;
  readonly lookEveryMs?: number;
}

export interface DynamodbKeeper {
  readonly url: string;
  readonly pid: number;
  stop(): Promise<void>;
}

/** Starts dynalite and keeps it up until stopped. Throws PortTaken. Does not `prepare` after the first start. */
export async function keepDynamodb(options: KeeperOptions): Promise<DynamodbKeeper> {
  const { port, path, record, prepare, changed, log, restartAfterMs = 10_000, lookEveryMs = 1_000 } = options;
  const stopped = new AbortController();
  const dynaliteOptions = { port, path, ...(record ? { record } : {}) };
  let running: Dynalite | undefined = await startDynalite(dynaliteOptions);
  const first = running;

  const watch = (dynalite: Dynalite) => {
    dynalite.process.once('exit', (code, signal) => {
      if (stopped.signal.aborted) return;
      running = undefined;
      changed(undefined);
      const how = signal ?? `code ${String(code)}`;
      log(`DynamoDB (process ${String(dynalite.pid)}) ended with ${how}: back in ${String(restartAfterMs / 1000)} s`);
      void comeBack();
    });
  };

  const comeBack = async (): Promise<void> => {
    let foreign = false;
    for (let waitedMs = 0; !stopped.signal.aborted; waitedMs += lookEveryMs) {
      await pause(lookEveryMs, stopped.signal);
      if (stopped.signal.aborted) return;
      if (await answersOn(port)) {
        if (!foreign) {
          log(`DynamoDB: another process answers on port ${String(port)} now, tables and rules are made there`);
          foreign = await attempt('prepare', prepare);
        }
        continue;
      }
      foreign = false;
      if (waitedMs + lookEveryMs < restartAfterMs) continue;
      if (await attempt('start', start)) return;
    }
  };

  const start = async () => {
    const dynalite = await startDynalite(dynaliteOptions);
    if (stopped.signal.aborted) {
      await dynalite.stop();
      return;
    }
    running = dynalite;
    watch(dynalite);
    changed(dynalite.pid);
    log(`DynamoDB is back on port ${String(port)} (process ${String(dynalite.pid)})`);
    await attempt('prepare', prepare);
  };

  /** Gives whether it worked; what did not is tried again at the next look. */
  const attempt = async (what: string, act: () => Promise<void>): Promise<boolean> => {
    try {
      await act();
      return true;
    } catch (error) {
      if (!(error instanceof PortTaken)) {
        log(`DynamoDB: could not ${what}: ${error instanceof Error ? error.message : String(error)}`);
      }
      return false;
    }
  };

  watch(first);
  return {
    url: first.url,
    pid: first.pid,
    stop: async () => {
      stopped.abort();
      await running?.stop();
    },
  };
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true });
  });
}
