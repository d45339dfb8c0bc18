// Stands in for whoever is told by a webhook: keeps the last messages, to be read at /messages. It also keeps the secret that
// they are signed with, as Systems Manager would.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';

const HOST = '127.0.0.1';
const MESSAGES_KEPT = 200;
/** Where the secret is, for the routing document to name. */
export const HOOK_SECRET_PARAMETER = '/flyball/local/alerts/hook';

export interface KeptMessage {
  /** The last part of the address that it was sent to. */
  readonly hook: string;
  /** The same for a message that is sent again. */
  readonly id: string;
  /** Whether its signature is the one that it should have. */
  readonly signed: boolean;
  readonly body: unknown;
}

export interface AlertReceiver {
  readonly port: number;
  /** Oldest first. */
  readonly messages: readonly KeptMessage[];
  stop(): Promise<void>;
}

/** `port` 0 is any that is free. `secret` as webhooks have it: `whsec_…`. */
export async function startAlertReceiver(port: number, secret: string): Promise<AlertReceiver> {
  const messages: KeptMessage[] = [];
  const http = createServer((request, response) => {
    answer(request, response, secret, messages).catch(() => response.destroy());
  });
  http.listen(port, HOST);
  await once(http, 'listening');
  const address = http.address();
  if (address === null || typeof address === 'string') throw new Error('The operating system gave no port.');
  return {
    port: address.port,
    messages,
    stop: async () => {
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  secret: string,
  messages: KeptMessage[],
): Promise<void> {
  const { method, url = '/', headers } = request;
  const { pathname } = new URL(url, `http://${HOST}`);
  if (method === 'GET' && pathname === '/messages') {
    send(response, 200, { messages });
    return;
  }
  const body = await text(request);
  if (method === 'POST' && headers['x-amz-target'] === 'AmazonSSM.GetParameter') {
    const { Name: name } = JSON.parse(body) as { readonly Name?: unknown };
    if (name === HOOK_SECRET_PARAMETER) send(response, 200, { Parameter: { Name: name, Value: secret } });
    else send(response, 400, { __type: 'ParameterNotFound' });
    return;
  }
  const [, hook] = /^\/hooks\/([\w-]{1,64})$/.exec(pathname) ?? [];
  if (method !== 'POST' || hook === undefined) {
    send(response, 404, { error: 'there are GET /messages and POST /hooks/<name>' });
    return;
  }
  const id = one(headers['webhook-id']);
  const signed = isSigned(
    secret,
    `${id}.${one(headers['webhook-timestamp'])}.${body}`,
    one(headers['webhook-signature']),
  );
  messages.push({ hook, id, signed, body: JSON.parse(body) as unknown });
  messages.splice(0, messages.length - MESSAGES_KEPT);
  response.writeHead(204).end();
}

const one = (header: string | string[] | undefined): string =>
  Array.isArray(header) ? (header[0] ?? '') : (header ?? '');

/** As Standard Webhooks says. */
function isSigned(secret: string, content: string, signatures: string): boolean {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const expected = Buffer.from(`v1,${createHmac('sha256', key).update(content).digest('base64')}`);
  return signatures.split(' ').some((given) => {
    const bytes = Buffer.from(given);
    return bytes.length === expected.length && timingSafeEqual(bytes, expected);
  });
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
