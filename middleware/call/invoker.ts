// Invokes functions with the AWS SDK's client.
import type { LambdaClient } from '@aws-sdk/client-lambda';
import type { Connections } from '../../store/adapters/connections.ts';
import { notInstalled } from '../kernel/optional.ts';
import type { Transport } from './in-place.ts';

/** The AWS SDK's client is loaded by the first invoke. Retries are ours, so it makes one attempt. */
export async function createInvoker(connections: Connections): ReturnType<Transport['invoker']> {
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
