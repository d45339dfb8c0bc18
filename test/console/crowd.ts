// The crowded world for tests: four hundred services and ten thousand jobs in a real table, behind the API's own functions.
// It starts when the first test asks for it, and is the same for all that ask.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

export interface Crowd {
  readonly http: string;
  /** Sees all: four hundred services and ten thousand jobs. */
  readonly adminToken: string;
  /** Sees one team's services alone: a map of a hundred nodes. */
  readonly teamToken: string;
  /** Epoch ms: what fails does from then on. */
  readonly failingSince: number;
}

const PROGRAM = join(import.meta.dirname, '../crowd/process.ts');

/** Offers it to tests, which are other processes: whoever asks the address is told where it is, once it is there. */
export async function offerCrowd(): Promise<{ readonly address: string; readonly stop: () => Promise<void> }> {
  let started: ReturnType<typeof startCrowd> | undefined;
  const server = createServer((_request, response) => {
    started ??= startCrowd();
    started.then(
      ({ crowd }) => void response.end(JSON.stringify(crowd)),
      (error: unknown) => void response.writeHead(500).end(String(error)),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    stop: async () => {
      server.close();
      server.closeAllConnections();
      await started?.then(({ stop }) => stop()).catch(() => undefined);
    },
  };
}

async function startCrowd(): Promise<{ readonly crowd: Crowd; readonly stop: () => Promise<void> }> {
  const child = fork(PROGRAM, {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    execArgv: ['--disable-warning=ExperimentalWarning', '--disable-warning=DEP0169'],
    // vitest's own would make the functions believe they are under test; page and table share this machine's cores.
    env: { ...process.env, NODE_ENV: '', VITEST: '', FLYBALL_STORE_PATIENCE: '10', POWERTOOLS_LOG_LEVEL: 'CRITICAL' },
  });
  const ended = once(child, 'exit');
  const said = await Promise.race([once(child, 'message'), ended.then(() => undefined)]);
  if (said === undefined) throw new Error('The crowded world ended before it answered; what it said stands above');
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
  };
  return { crowd: said[0] as Crowd, stop };
}
