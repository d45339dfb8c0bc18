// Runs in each function's worker before its code: sets the header of every invocation's trace, as Lambda's runtime does.
import { parentPort, workerData } from 'node:worker_threads';

/** In the client context, the one thing of an invocation that serverless-offline hands on as it is. */
export const TRACE_KEY = 'flyball:trace-header';

interface Message {
  readonly context?: { clientContext?: unknown };
}

/** Takes the header out of what the worker is sent, and puts it where functions look for it. */
export function enter(message: unknown, env: NodeJS.ProcessEnv): void {
  const { context } = (message ?? {}) as Message;
  const wrapped = context?.clientContext;
  if (!context || typeof wrapped !== 'object' || wrapped === null || !(TRACE_KEY in wrapped)) return;
  env['_X_AMZN_TRACE_ID'] = String(wrapped[TRACE_KEY]);
  context.clientContext = 'clientContext' in wrapped ? wrapped.clientContext : undefined;
}

/** Only in a worker of serverless-offline, whose one listener serves one invocation at a time. */
if (parentPort && typeof workerData === 'object' && workerData !== null && 'functionKey' in workerData) {
  const port = parentPort;
  const on = port.on.bind(port) as (type: string, listener: (message: unknown) => void) => typeof port;
  // Listening beside it would start the port before it listens, and lose what came first.
  const entering = (type: string, listener: (message: unknown) => void) =>
    on(type, type !== 'message' ? listener : (message) => (enter(message, process.env), listener(message)));
  Object.assign(port, { on: entering });
}
