// As much of Lambda's API as the actuator asks for, over HTTP; told to fail as AWS fails.
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Failing {
  readonly status: number;
  /** AWS's name of the error. */
  readonly type: string;
  readonly message: string;
}

export interface LambdaApi {
  readonly url: string;
  /** By function, and by UUID of an event source mapping. */
  readonly limits: Map<string, number | undefined>;
  /** What asks about a target is answered with, instead. */
  readonly failing: Map<string, Failing>;
  /** Of event source mappings that are not simply enabled. */
  readonly states: Map<string, string>;
  readonly requests: string[];
  stop(): Promise<void>;
}

const FUNCTION = /^\/[\d-]+\/functions\/([^/]+)\/concurrency$/;
const MAPPING = /^\/[\d-]+\/event-source-mappings\/([^/]+)$/;

export async function startLambdaApi(): Promise<LambdaApi> {
  const limits = new Map<string, number | undefined>();
  const failing = new Map<string, Failing>();
  const states = new Map<string, string>();
  const requests: string[] = [];

  function answer(method: string, path: string, body: string): { readonly status: number; readonly body: object } {
    const [, name] = FUNCTION.exec(path) ?? [];
    const [, uuid] = MAPPING.exec(path) ?? [];
    const target = decodeURIComponent(name ?? uuid ?? '');
    requests.push(`${method} ${target}`);
    const failure = failing.get(target);
    if (failure)
      return { status: failure.status, body: { Type: 'User', message: failure.message, __type: failure.type } };
    if (!limits.has(target)) {
      return { status: 404, body: { message: `not found: ${target}`, __type: 'ResourceNotFoundException' } };
    }
    if (method === 'PUT') {
      const asked = JSON.parse(body) as {
        ReservedConcurrentExecutions?: number;
        ScalingConfig?: { MaximumConcurrency?: number };
      };
      limits.set(target, asked.ReservedConcurrentExecutions ?? asked.ScalingConfig?.MaximumConcurrency);
    }
    const set = limits.get(target);
    if (uuid === undefined) return { status: 200, body: { ReservedConcurrentExecutions: set } };
    const scaling = set === undefined ? {} : { ScalingConfig: { MaximumConcurrency: set } };
    const EventSourceArn = 'arn:aws:sqs:us-east-1:000000000000:settlement';
    return { status: 200, body: { UUID: uuid, State: states.get(uuid) ?? 'Enabled', EventSourceArn, ...scaling } };
  }

  const server = createServer((request, response) => {
    void bodyOf(request).then((text) => {
      const given = answer(request.method ?? '', new URL(request.url ?? '', 'http://localhost').pathname, text);
      const type = '__type' in given.body ? { 'x-amzn-errortype': String(given.body.__type) } : {};
      response.writeHead(given.status, { 'content-type': 'application/json', ...type });
      response.end(JSON.stringify(given.body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const stop = () =>
    new Promise<void>((resolve) => {
      server.closeAllConnections();
      server.close(() => resolve());
    });
  return { url: `http://127.0.0.1:${String(port)}`, limits, failing, states, requests, stop };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}
