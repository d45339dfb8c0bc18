// Signs a call to a URL, so that the callee knows which service calls and believes what it says.
import { Refused } from '../errors.ts';
import { FETCH_LIMIT_MS } from '../kept.ts';
import type { Call } from '../outbound.ts';
import { signingKeysOf } from './kept-keys.ts';
import { signatureOf } from './signature.ts';
import { SIGNATURE_HEADER } from './signed-text.ts';

const RETRY_MS = 1_000;

/** One HTTP request that is about to leave. */
interface Outgoing {
  readonly url: URL;
  readonly method: string;
  readonly headers: Record<string, string>;
  /** A stream is not signed: nobody has all of it. */
  readonly body: unknown;
}

/** @throws {Refused} while there is nothing to sign with: a call that is to be signed is never sent without. */
export async function withSignature<One extends Outgoing>(one: One, call: Call, callee: string): Promise<One> {
  const { url, method, body } = one;
  const { instance } = call.invocation;
  const now = instance.clock.now();
  const kept = signingKeysOf(instance);
  if (kept.due(now)) void instance.syncs.start('signing-keys', (signal) => kept.refresh(signal));
  const keys = await kept.current(Math.max(0, Math.min(FETCH_LIMIT_MS, call.deadlineAt - now)));
  if (!keys) throw unsignable(call.dependency);
  // Whatever a caller has copied from a request that came in, the signature is ours.
  const headers = Object.fromEntries(Object.entries(one.headers).filter(([name]) => name !== SIGNATURE_HEADER));
  const content = body === undefined ? '' : body;
  const signature = signatureOf(
    keys,
    {
      caller: instance.service,
      callee,
      request: { method, path: url.pathname, query: [...url.searchParams], headers: Object.entries(headers) },
      body: typeof content === 'string' || content instanceof Uint8Array ? content : undefined,
    },
    instance.clock.now(),
  );
  return { ...one, headers: { ...headers, [SIGNATURE_HEADER]: signature } };
}

function unsignable(dependency: string): Refused {
  return new Refused({
    by: 'access',
    rule: dependency,
    statusCode: 503,
    retryAfterMs: RETRY_MS,
    message: `the call of "${dependency}" cannot be signed, since the signing keys are not at hand; the log says why`,
  });
}
