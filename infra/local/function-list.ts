// Stands in for what serverless-offline does not do as Lambda does: it says which functions there are and how many of each
// may run, and takes what is to run without being waited for.
import { json } from 'node:stream/consumers';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { functionReference } from '../../middleware/kernel/function-name.ts';

const HOST = '127.0.0.1';
/** Lambda gives no more at once. */
const MOST_PER_PAGE = 50;
/** What AWS gives a new account: here, no function is measured by it. */
const ACCOUNT_CONCURRENCY = 1_000;

export interface LocalFunction {
  readonly name: string;
  readonly runtime: string;
  readonly handler: string;
  /** Calls of it that run at once. */
  readonly concurrency: number;
}

export interface FunctionList {
  readonly url: string;
  readonly port: number;
  stop(): Promise<void>;
}

export interface FunctionListOptions {
  readonly functions: readonly LocalFunction[];
  readonly region: string;
  readonly account: string;
  /** Runs a function by name, and again if it fails. Without it, none can be run. */
  readonly runLater?: (functionName: string, event: unknown) => void;
}

/** On any free port of this machine. */
export async function startFunctionList(options: FunctionListOptions): Promise<FunctionList> {
  const http = createServer((request, response) => {
    const { method = 'GET', url = '/' } = request;
    const place = new URL(url, `http://${HOST}`);
    const later = request.headers['x-amz-invocation-type'] === 'Event' ? options.runLater : undefined;
    const invoked = later && invokedBy(method, place, options);
    if (invoked !== undefined) {
      void takeLater(request, response, (event) => later?.(invoked, event));
      return;
    }
    const { status, body } = answerTo(method, place, options);
    send(response, status, body);
  });
  http.listen(0, HOST);
  await once(http, 'listening');
  const address = http.address();
  if (address === null || typeof address === 'string') throw new Error('The operating system gave no port.');
  const { port } = address;
  return {
    url: `http://${HOST}:${String(port)}`,
    port,
    stop: async () => {
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}

/** The function, without its alias or version, of which serverless-offline knows none. */
function invokedBy(method: string, { pathname }: URL, { functions }: FunctionListOptions): string | undefined {
  const [, named = ''] = /^\/[\d-]+\/functions\/([^/]+)\/invocations$/.exec(decodeURIComponent(pathname)) ?? [];
  const name = functionReference(named)?.name;
  return method === 'POST' && functions.some((one) => one.name === name) ? name : undefined;
}

async function takeLater(request: IncomingMessage, response: ServerResponse, run: (event: unknown) => void) {
  try {
    const event: unknown = await json(request);
    response.writeHead(202).end();
    run(event);
  } catch {
    send(
      response,
      400,
      { Type: 'User', Message: 'What a function is sent is JSON.' },
      'InvalidRequestContentException',
    );
  }
}

interface Answer {
  readonly status: number;
  readonly body: object;
}

/** As Lambda's API answers. Pure. */
export function answerTo(
  method: string,
  { pathname, searchParams }: URL,
  { functions, region, account }: FunctionListOptions,
): Answer {
  const path = decodeURIComponent(pathname);
  if (method === 'GET' && /^\/[\d-]+\/functions\/?$/.test(path)) {
    const first = Number(searchParams.get('Marker') ?? 0);
    const end = first + Math.min(MOST_PER_PAGE, Number(searchParams.get('MaxItems') ?? MOST_PER_PAGE));
    const page = functions.slice(first, end).map(({ name, runtime, handler }) => ({
      FunctionName: name,
      FunctionArn: `arn:aws:lambda:${region}:${account}:function:${name}`,
      Runtime: runtime,
      Handler: handler,
    }));
    return { status: 200, body: { Functions: page, ...(end < functions.length ? { NextMarker: String(end) } : {}) } };
  }
  if (method === 'GET' && /^\/[\d-]+\/account-settings\/?$/.test(path)) {
    const limits = { ConcurrentExecutions: ACCOUNT_CONCURRENCY, UnreservedConcurrentExecutions: ACCOUNT_CONCURRENCY };
    return { status: 200, body: { AccountLimit: limits } };
  }
  const [, name] = /^\/[\d-]+\/functions\/([^/]+)\/concurrency$/.exec(path) ?? [];
  if (method === 'GET' && name !== undefined) {
    const found = functions.find((one) => one.name === name);
    if (found) return { status: 200, body: { ReservedConcurrentExecutions: found.concurrency } };
  }
  const message = `There is nothing here by ${method} ${path}; functions are invoked and waited for at Lambda's own address.`;
  return { status: 404, body: { Type: 'User', Message: message } };
}

function send(response: ServerResponse, status: number, body: object, error = 'ResourceNotFoundException'): void {
  const type = status === 200 ? {} : { 'x-amzn-errortype': error };
  response.writeHead(status, { 'content-type': 'application/json', ...type }).end(JSON.stringify(body));
}
