// Stands between two parties that speak HTTP: hands everything on, may be slow about it, and remembers when it did.
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

export interface Passage {
  readonly method: string;
  readonly path: string;
  /** DynamoDB's operation, e.g. `UpdateItem`. */
  readonly operation: string | undefined;
  /** When the request had arrived here, ms. */
  readonly askedAt: number;
  /** When its answer was handed back, ms; undefined until then. */
  answeredAt: number | undefined;
}

export interface Between {
  /** Host and port. */
  readonly address: string;
  readonly passages: readonly Passage[];
  /** Makes every exchange take this much longer, ms. */
  delayMs: number;
  /** What is asked for at such a path goes on only once something else has been answered. */
  holdBack: { readonly path: string; readonly until: string } | undefined;
  /** Headers that every answer is given on its way. */
  readonly adding: Record<string, string>;
  /** Closes every connection, as the other end of a frozen one does. */
  hangUp(): void;
  stop(): Promise<void>;
}

/** @param to host and port of the party behind. */
export async function standBefore(to: string): Promise<Between> {
  const passages: Passage[] = [];
  const server = createServer((incoming, outgoing) => void pass(incoming, outgoing));
  const between: Between & { address: string } = {
    address: '',
    passages,
    delayMs: 0,
    holdBack: undefined,
    adding: {},
    hangUp: () => server.closeAllConnections(),
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };

  async function pass(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const body = await read(incoming);
    const target = incoming.headers['x-amz-target'];
    const passage: Passage = {
      method: incoming.method ?? '',
      path: incoming.url ?? '',
      operation: typeof target === 'string' ? target.split('.')[1] : undefined,
      askedAt: performance.now(),
      answeredAt: undefined,
    };
    passages.push(passage);
    const { delayMs, holdBack } = between;
    if (delayMs > 0) await pause(delayMs);
    if (holdBack && passage.path.endsWith(holdBack.path)) {
      // Asked is not enough: the two would race from here to the other end.
      const been = ({ path, answeredAt }: Passage) => path.endsWith(holdBack.until) && answeredAt !== undefined;
      while (!passages.some(been)) await pause(5);
    }
    const onward = request(
      `http://${to}${passage.path}`,
      { method: passage.method, headers: incoming.headers, agent: false },
      (answer) => {
        void read(answer).then((text) => {
          passage.answeredAt = performance.now();
          outgoing.writeHead(answer.statusCode ?? 500, { ...answer.headers, ...between.adding });
          outgoing.end(text);
        });
      },
    );
    onward.on('error', () => outgoing.destroy());
    // A long question for the next event goes with whoever asked it.
    outgoing.on('close', () => onward.destroy());
    onward.end(body);
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  between.address = `127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  return between;
}

async function read(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
