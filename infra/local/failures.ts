// What a function that throws or outlives its time answers here: over HTTP what API Gateway says, and never again.
import type { Log } from './lambda.ts';
import type { Rooms } from './rooms.ts';
import type { LocalTracing } from './xray/tracing.ts';

/** One instance of a function in serverless-offline's pool; only one whose status is IDLE is given work. */
export interface LocalFunction {
  readonly functionName: string;
  readonly status: string;
  setEvent: (event: unknown) => void;
  setClientContext: (context: unknown) => void;
  runHandler: () => Promise<unknown>;
}

/** serverless-offline's Lambda: its HTTP routes take functions by key, its Invoke API by name, which asks by key itself. */
export interface Functions {
  get: (this: Functions, key: string) => LocalFunction;
  getByFunctionName: (this: Functions, name: string) => LocalFunction;
}

const TIMED_OUT = 'LambdaTimeoutError';

/**
 * Changes the class in place. Without this, serverless-offline answers 200 with the stack over HTTP, goes on giving work
 * to an instance whose thread it ended after a timeout, and starts a thread for every concurrent call: forty that start
 * at once on two cores take seconds to say a word. `rooms` bounds the calls of one function at a time. `authorizers` are
 * the keys of functions that API Gateway asks before it passes a request on. `tracing` traces every invocation.
 */
export function failAsOnAws(
  { prototype }: { readonly prototype: Functions },
  log: Log,
  rooms: Rooms,
  authorizers: ReadonlySet<string> = new Set(),
  tracing?: Pick<LocalTracing, 'begin'>,
): void {
  const { get, getByFunctionName } = prototype;
  const invoked = new WeakMap<LocalFunction, LocalFunction>();

  prototype.get = function (key) {
    const instance = whenThereIsRoom(key, () => get.call(this, key), rooms, tracing);
    const route = answering(instance, log, authorizers.has(key));
    invoked.set(route, instance);
    return route;
  };
  prototype.getByFunctionName = function (name) {
    const route = getByFunctionName.call(this, name);
    return invoked.get(route) ?? route;
  };
}

/** Takes an instance from the pool only when its call may begin: until then it needs none. */
function whenThereIsRoom(
  key: string,
  take: () => LocalFunction,
  rooms: Rooms,
  tracing: Pick<LocalTracing, 'begin'> | undefined,
): LocalFunction {
  let event: unknown;
  let clientContext: unknown;
  let instance: LocalFunction | undefined;
  return {
    get functionName() {
      return instance?.functionName ?? key;
    },
    get status() {
      return instance?.status ?? 'IDLE';
    },
    setEvent: (given) => {
      event = given;
    },
    setClientContext: (given) => {
      clientContext = given;
    },
    runHandler: async () => {
      const trace = tracing?.begin(key, event);
      await rooms.enter(key);
      try {
        instance = take();
        endAfterTimeout(instance);
        // Also when there is none: the instance may have been given another one for its last call.
        instance.setClientContext(trace ? trace.withHeader(clientContext) : clientContext);
        instance.setEvent(event);
        trace?.started();
        const answered = await instance.runHandler();
        trace?.ended(instance.functionName);
        return answered;
      } catch (error) {
        trace?.ended(instance?.functionName ?? key, error);
        throw error;
      } finally {
        rooms.leave(key);
      }
    },
  };
}

const guarded = new WeakSet<LocalFunction>();

/** Its thread is gone: as on AWS, the next call gets another instance. */
function endAfterTimeout(instance: LocalFunction): void {
  if (guarded.has(instance)) return;
  guarded.add(instance);
  const run = instance.runHandler.bind(instance);
  instance.runHandler = async () => {
    try {
      return await run();
    } catch (error) {
      if (isTimeout(error)) Object.defineProperty(instance, 'status', { value: 'ENDED' });
      throw error;
    }
  };
}

/** The one word by which an authorizer has API Gateway answer 401. */
const UNAUTHORIZED = 'Unauthorized';

function answering(instance: LocalFunction, log: Log, isAuthorizer: boolean): LocalFunction {
  return {
    get functionName() {
      return instance.functionName;
    },
    get status() {
      return instance.status;
    },
    setEvent: (event) => instance.setEvent(event),
    setClientContext: (context) => instance.setClientContext(context),
    runHandler: async () => {
      try {
        return await instance.runHandler();
      } catch (error) {
        if (isAuthorizer && error instanceof Error && error.message === UNAUTHORIZED) throw error;
        if (isTimeout(error)) {
          log(`${instance.functionName} did not answer in its time: that instance is ended`);
          return answer(503, 'Service Unavailable');
        }
        log(
          `${instance.functionName} threw: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
        );
        return answer(500, 'Internal Server Error');
      }
    },
  };
}

function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.constructor.name === TIMED_OUT;
}

function answer(statusCode: number, message: string) {
  return { statusCode, headers: { 'content-type': 'application/json' }, body: JSON.stringify({ message }) };
}
