// A middleware stack made by hand: the client's own retries, a signer, and a service that answers as a test says.
import type {
  Args,
  Answer,
  Context,
  Handler,
  Middleware,
  Place,
  Stack,
} from '../../../../../middleware/call/sdk/stack.ts';

export interface HandMade extends Stack {
  /** What reached the service, with the options its request handler was given. */
  readonly sent: { readonly request: Request; readonly options: Readonly<Record<string, unknown>> | undefined }[];
  send(commandName: string, options?: SendOptions): Promise<unknown>;
}

export interface Request {
  readonly headers: Record<string, string>;
  readonly body?: unknown;
}

export interface SendOptions {
  readonly input?: unknown;
  readonly body?: unknown;
  readonly abortSignal?: AbortSignal;
}

/** `answer` gives the output of the nth request, from 1, or throws. `handlerInReach`: as for clients that sign by SigV4. */
export function handMadeStack(
  answer: (nth: number, signal: AbortSignal | undefined) => unknown,
  { handlerInReach = true } = {},
): HandMade {
  const sent: HandMade['sent'] = [];
  const entries: { middleware: Middleware; place: Place }[] = [];
  const requestHandler = {
    async handle(request: unknown, options?: Readonly<Record<string, unknown>>): Promise<Answer> {
      sent.push({ request: request as Request, options });
      const signal = options?.['abortSignal'];
      return { output: await answer(sent.length, signal instanceof AbortSignal ? signal : undefined) };
    },
  };
  const inStep = (step: string) => entries.filter(({ place }) => place.step === step);
  return {
    sent,
    add(middleware, place) {
      const same = entries.findIndex((entry) => entry.place.name === place.name);
      if (same >= 0 && !place.override) throw new Error(`Duplicate middleware name '${String(place.name)}'`);
      if (same >= 0) entries.splice(same, 1);
      entries.push({ middleware, place });
    },
    addRelativeTo: () => undefined,
    applyToStack(other) {
      for (const { middleware, place } of entries) other.add(middleware, place);
    },
    async send(commandName, { input = {}, body, abortSignal } = {}) {
      const config = handlerInReach ? { requestHandler } : {};
      const selectedHttpAuthScheme = { httpAuthOption: { signingProperties: { config } } };
      const context: Context = { commandName, __smithy_context: { selectedHttpAuthScheme, abortSignal } };
      const leave: Handler = ({ request }) => requestHandler.handle(request, abortSignal && { abortSignal });
      const last = inStep('deserialize').reduce((next, { middleware }) => middleware(next, context), leave);
      // As the SDK does: what leaves is the signer's copy.
      const sign: Handler = (args) => last({ ...args, request: { ...(args.request as Request) } });
      const first = inStep('finalizeRequest').reduce((next, { middleware }) => middleware(next, context), sign);
      return (await first({ input, request: { headers: {}, body } } satisfies Args)).output;
    },
  };
}

/** Repeats three times whatever fails, as the SDK's own does. */
export const ownRetries: Middleware = (next) => async (args) => {
  for (let attempt = 1; ; attempt++) {
    try {
      return await next(args);
    } catch (error) {
      if (attempt === 3) throw error;
    }
  }
};

export const RETRY_PLACE: Place = { name: 'retryMiddleware', step: 'finalizeRequest', priority: 'high' };

/** An error as the SDK throws it. */
export function sdkError(name: string, httpStatusCode: number, more: object = {}): Error {
  const error = new Error(`${name} in this test`);
  return Object.assign(error, { name, $metadata: { httpStatusCode } }, more);
}
