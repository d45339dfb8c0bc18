// Starts and stops the dynalite child process.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { DynaliteOptions, DynaliteReport } from './dynalite-process.ts';
import { PortTaken } from './ports.ts';

export interface Dynalite {
  url: string;
  port: number;
  pid: number;
  process: ChildProcess;
  stop(): Promise<void>;
}

/** Takes a port (0: any free one) and, to keep the data, a folder. Throws PortTaken, or an Error with dynalite's reason. */
export async function startDynalite(options: DynaliteOptions): Promise<Dynalite> {
  const child = fork(fileURLToPath(new URL('./dynalite-process.ts', import.meta.url)), {
    env: { ...process.env, FLYBALL_DYNALITE: JSON.stringify(options), NODE_OPTIONS: '' },
    execArgv: ['--disable-warning=ExperimentalWarning', '--disable-warning=DEP0169', '--disable-warning=DEP0040'],
  });
  const ended = once(child, 'exit');
  const report = await Promise.race([
    once(child, 'message').then(([message]) => message as DynaliteReport),
    ended.then(([code]): DynaliteReport => ({ error: `it ended with code ${String(code)}` })),
  ]);
  if ('error' in report) {
    await ended;
    if (report.error === 'EADDRINUSE') throw new PortTaken('DynamoDB', options.port, 'FLYBALL_DYNAMODB_PORT');
    throw new Error(`dynalite did not start on port ${String(options.port)}: ${report.error}`);
  }
  return {
    url: `http://127.0.0.1:${String(report.port)}`,
    port: report.port,
    pid: child.pid ?? 0,
    process: child,
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      await ended;
    },
  };
}
