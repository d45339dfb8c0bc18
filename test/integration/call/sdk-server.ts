// A server that answers AWS SDK clients as a test says, and remembers what reached it.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface SeenRequest {
  /** `DynamoDB_20120810.GetItem`, for services that name it so. */
  readonly target: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export type Answering = (response: ServerResponse, count: number, request: SeenRequest) => void;

export interface SdkServer {
  readonly endpoint: string;
  readonly seen: SeenRequest[];
  /** Requests whose socket the client has closed before it was answered. */
  readonly cutOff: { count: number };
  /** `count` is that of the requests since then, from 1. */
  answerWith(answering: Answering): void;
  /** Hangs up on whoever still waits. */
  release(): void;
  close(): Promise<void>;
}

export async function startSdkServer(): Promise<SdkServer> {
  const seen: SeenRequest[] = [];
  const cutOff = { count: 0 };
  let answering: Answering = ok({});
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    response.on('close', () => {
      if (!response.writableFinished) cutOff.count += 1;
    });
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const target = request.headers['x-amz-target'];
      const one = {
        target: typeof target === 'string' ? target : undefined,
        headers: request.headers,
        body: Buffer.concat(chunks).toString('utf8'),
      };
      seen.push(one);
      answering(response, seen.length, one);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    seen,
    cutOff,
    answerWith(given) {
      seen.length = 0;
      cutOff.count = 0;
      answering = given;
    },
    release: () => server.closeAllConnections(),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const JSON_TYPE = { 'content-type': 'application/x-amz-json-1.0' };

export function ok(body: unknown): Answering {
  return (response) => response.writeHead(200, JSON_TYPE).end(JSON.stringify(body));
}

/** An error as DynamoDB answers it. */
export function fails(status: number, name: string, headers: Record<string, string> = {}): Answering {
  return (response) =>
    response
      .writeHead(status, { ...JSON_TYPE, ...headers })
      .end(JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${name}`, message: `${name} in this test` }));
}

/** The first `count` requests fail so; the rest are answered. */
export function failsFirst(count: number, failing: Answering, then: Answering): Answering {
  return (response, nth, request) => (nth <= count ? failing : then)(response, nth, request);
}

/** Never answers. */
export const silent: Answering = () => undefined;
