// AWS's Lambda Extensions API as an extension inside the runtime's own process uses it: register, then ask for events.
import type { Agent, ClientRequest, IncomingMessage } from 'node:http';

const VERSION = '/2020-01-01/extension';
/** More than any event of the API has. */
const LARGEST_ANSWER_BYTES = 1024 * 1024;

/** What `next` answers; of an INVOKE, `requestId` is its handler's `awsRequestId`, and `deadlineMs` epoch ms. */
export interface ExtensionEvent {
  readonly eventType?: string;
  readonly requestId?: string;
  readonly deadlineMs?: number;
}

export interface ExtensionsApi {
  /** Gives the identifier to ask for events with. Works during init alone. */
  register(name: string): Promise<string>;
  /** Says that this extension has nothing more to do, and gives the next event, which may be hours away. */
  next(identifier: string): Promise<ExtensionEvent>;
}

/** The API answered, and refused: asking again would change nothing. */
export class ExtensionRefused extends Error {
  override readonly name = 'ExtensionRefused';
}

interface Answer {
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
}

/** @param address host and port, as `AWS_LAMBDA_RUNTIME_API` gives them. */
export function extensionsApi(address: string): ExtensionsApi {
  const origin = new URL(`http://${address}`);
  // A new connection for every event would cost as much as all the rest.
  const agent = new (process.getBuiltinModule('node:http').Agent)({ keepAlive: true, maxSockets: 1 });
  return {
    async register(name) {
      // An extension inside the runtime's process may not ask for SHUTDOWN.
      const body = JSON.stringify({ events: ['INVOKE'] });
      const { headers } = await exchange(agent, origin, 'POST', 'register', { 'lambda-extension-name': name }, body);
      const identifier = headers['lambda-extension-identifier'];
      if (typeof identifier === 'string') return identifier;
      throw new ExtensionRefused('the registration was answered without an identifier');
    },
    async next(identifier) {
      const { text } = await exchange(agent, origin, 'GET', 'event/next', {
        'lambda-extension-identifier': identifier,
      });
      const event: unknown = JSON.parse(text);
      return typeof event === 'object' && event !== null ? event : {};
    },
  };
}

/** One exchange without a time limit: what waits here may be frozen for hours. */
function exchange(
  agent: Agent,
  { hostname, port }: URL,
  method: string,
  path: string,
  headers: Record<string, string>,
  body = '',
): Promise<Answer> {
  const http = process.getBuiltinModule('node:http');
  return new Promise((resolve, reject) => {
    const request: ClientRequest = http.request({
      hostname,
      port,
      method,
      path: `${VERSION}/${path}`,
      agent,
      headers: body === '' ? headers : { ...headers, 'content-type': 'application/json' },
    });
    request.on('error', reject);
    request.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
        if (text.length > LARGEST_ANSWER_BYTES) request.destroy(new Error(`the answer to ${path} is too large`));
      });
      response.on('error', reject);
      response.on('close', () => reject(new Error(`the connection was closed in the middle of the answer to ${path}`)));
      response.on('end', () => {
        const status = response.statusCode ?? 0;
        if (status >= 200 && status < 300) resolve({ headers: response.headers, text });
        else {
          const what = `${path} was answered with ${status}: ${text.slice(0, 200)}`;
          reject(status >= 400 && status < 500 ? new ExtensionRefused(what) : new Error(what));
        }
      });
    });
    request.end(body);
  });
}
