// Runs dynalite (DynamoDB) in a process of its own, so that killing the store is a real test; it dies with its parent.
// Its parent forks it with FLYBALL_DYNALITE = {"port": number, "path"?: folder} and is told {port} or {error} once.
import type { AddressInfo } from 'node:net';
import dynalite from 'dynalite';
import { noteRequests, recorder, type RecorderOptions } from './recorder.ts';

export interface DynaliteOptions {
  /** 0 takes any free port. */
  port: number;
  /** Folder that keeps the tables; in memory when absent. */
  path?: string;
  /** Where calls are noted; nowhere when absent. */
  record?: RecorderOptions;
}

export type DynaliteReport = { port: number } | { error: string };

const { port, path, record } = JSON.parse(process.env.FLYBALL_DYNALITE ?? '{"port":0}') as DynaliteOptions;
const report = (message: DynaliteReport): void => void process.send?.(message);

const server = dynalite({
  createTableMs: 0,
  deleteTableMs: 0,
  updateTableMs: 0,
  ...(path === undefined ? {} : { path }),
});
// Otherwise a client that was busy for five seconds may send its next request just as its connection is closed.
server.keepAliveTimeout = 0;
if (record) noteRequests(server, recorder(record));
server.on('error', (error: NodeJS.ErrnoException) => {
  report({ error: error.code ?? error.message });
  process.exitCode = 1;
  process.disconnect();
});
server.listen(port, '127.0.0.1', () => report({ port: (server.address() as AddressInfo).port }));

// Ctrl-C reaches the whole process group: the parent decides when the store goes, last.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => process.exit(0));
process.on('disconnect', () => process.exit());
