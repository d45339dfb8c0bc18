// How attempts leave an instance: over the network, unless a test has put something else in its place.
import type { LambdaClient } from '@aws-sdk/client-lambda';
import { Connections } from '../../store/adapters/connections.ts';
import type { Instance } from '../kernel/instance.ts';
import { notInstalled } from '../kernel/optional.ts';
import type { Call } from '../kernel/outbound.ts';
import { exchange, MOST_IDLE_SOCKETS, type Answer, type Exchange } from './http-exchange.ts';

export interface Invoke {
  /** Its name or ARN. */
  readonly function: string;
  /** Its alias or version. */
  readonly alias: string | undefined;
  /** Where it is, if that is not here. */
  readonly region?: string | undefined;
  /** JSON. */
  readonly payload: string;
}

export interface InvokeAnswer {
  readonly FunctionError?: string | undefined;
  readonly Payload?: Uint8Array | undefined;
}

export interface Transport {
  /** @throws {ExchangeFailed} */
  exchange(exchange: Exchange, call: Call): Promise<Answer>;
  /** What invokes functions, once it is there: nothing has been sent before. */
  invoker(): Promise<(invoke: Invoke, call: Call) => Promise<InvokeAnswer>>;
}

const TRANSPORT = {};

export function transportOf(instance: Instance): Transport {
  return instance.state(TRANSPORT, () => network(instance));
}

/** Puts a transport in the network's place, on an instance that has not called anything yet. */
export function replaceTransport(instance: Instance, transport: Transport): void {
  instance.state(TRANSPORT, () => transport);
}

function network(instance: Instance): Transport {
  const connections = new Connections(instance.clock, MOST_IDLE_SOCKETS);
  let invoker: ReturnType<Transport['invoker']> | undefined;
  return {
    exchange: (one) => exchange(connections, one),
    invoker: () => (invoker ??= createInvoker(connections)),
  };
}

/** The AWS SDK's client is loaded by the first invoke. Retries are ours, so it makes one attempt. */
async function createInvoker(connections: Connections): ReturnType<Transport['invoker']> {
  const { InvokeCommand, LambdaClient } = await import('@aws-sdk/client-lambda').catch(
    notInstalled('@aws-sdk/client-lambda'),
  );
  const clients = new Map<string | undefined, LambdaClient>();
  /** One for each Region: the SDK takes none from an ARN. */
  const clientOf = (region: string | undefined) => {
    const found = clients.get(region);
    if (found) return found;
    const requestHandler = { httpAgent: connections.http, httpsAgent: connections.https };
    const client: LambdaClient = new LambdaClient({ maxAttempts: 1, requestHandler, ...(region && { region }) });
    clients.set(region, client);
    return client;
  };
  return ({ function: name, alias, region, payload }, call) => {
    connections.dropIdle();
    const command = new InvokeCommand({ FunctionName: name, Payload: payload, ...(alias ? { Qualifier: alias } : {}) });
    // By this Lambda itself knows the attempt as its caller; the SDK would name the function's own segment.
    const trace = { ...call.invocation.carried, ...call.carried }['x-amzn-trace-id'];
    if (trace !== undefined) {
      command.middlewareStack.add(
        (next) => (args) => {
          Object.assign((args.request as { headers: object }).headers, { 'x-amzn-trace-id': trace });
          return next(args);
        },
        { step: 'build', priority: 'high' },
      );
    }
    return clientOf(region).send(command, { abortSignal: call.signal });
  };
}
