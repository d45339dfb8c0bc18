// Which service has signed a call that came over the web.
import type { Invocation } from '../invocation.ts';
import { headerValuesOf } from '../request.ts';
import type { SigningKeys } from './keys.ts';
import { signingKeysOf } from './kept-keys.ts';
import { checkSignature, keyIdOf, type Checked } from './signature.ts';
import { SIGNATURE_HEADER, type SignedRequest } from './signed-text.ts';
import { FETCH_LIMIT_MS } from '../kept.ts';
import { isObject, text, textOf, type Trigger, type Unknown } from '../trigger.ts';

/** What became of a signature. */
export type Signed = Checked | { readonly kind: 'unverifiable' };

const MALFORMED: Signed = { kind: 'unsigned', reason: 'malformed' };

/** Undefined when the call is not signed at all. */
export async function signed(invocation: Invocation, leewayMs: number): Promise<Signed | undefined> {
  const { event, trigger, instance, deadlineAt } = invocation;
  const [signature, ...others] = headerValuesOf(event, SIGNATURE_HEADER);
  if (signature === undefined) return undefined;
  if (others.length > 0 || !isObject(event)) return MALFORMED;
  const kid = keyIdOf(signature);
  // Nobody is asked for keys because of what cannot be a signature.
  if (kid === undefined) return MALFORMED;
  const now = instance.clock.now();
  const kept = signingKeysOf(instance);
  if (kept.due(now)) void instance.syncs.start('signing-keys', (signal) => kept.refresh(signal));
  const limitMs = Math.max(0, Math.min(FETCH_LIMIT_MS, deadlineAt - now));
  const keys = await kept.current(limitMs);
  if (!keys) return { kind: 'unverifiable' };
  const call = { callee: instance.service, request: requestOf(trigger, event), body: bodyOf(event) };
  const check = (by: SigningKeys) => checkSignature(signature, by, call, now, leewayMs);
  if (keys.byId.has(kid)) return check(keys);
  const has = ({ byId }: SigningKeys) => byId.has(kid);
  const newer = await kept.newerThan(keys, limitMs, has);
  if (newer && has(newer)) return check(newer);
  return kept.away ? { kind: 'unverifiable' } : { kind: 'unsigned', reason: 'key' };
}

/** As it was sent, as far as the gateway in front tells. */
export function requestOf({ method, face }: Trigger, event: Unknown): SignedRequest {
  return { method, path: pathOf(face, event), query: queryOf(event), headers: headersOf(event) };
}

/** With the stage in front: whoever calls knows nothing of stages. */
function pathOf(face: Trigger['face'], { rawPath, path, requestContext }: Unknown): string {
  if (face === 'http-v2' || face === 'authorizer-v2') return text(rawPath);
  const asSent = isObject(requestContext) ? text(requestContext['path']) : '';
  return asSent === '' ? text(path) : asSent;
}

function queryOf({ rawQueryString, queryStringParameters, multiValueQueryStringParameters }: Unknown) {
  if (typeof rawQueryString === 'string') return [...new URLSearchParams(rawQueryString)];
  return pairsOf(multiValueQueryStringParameters ?? queryStringParameters);
}

function headersOf({ headers, multiValueHeaders }: Unknown) {
  return pairsOf(multiValueHeaders ?? headers);
}

/** Each value of a name on its own. */
function pairsOf(container: unknown): [string, string][] {
  if (!isObject(container)) return [];
  return Object.entries(container).flatMap(([name, value]) => {
    const values: readonly unknown[] = Array.isArray(value) ? value : [value];
    return values.flatMap((one): [string, string][] => {
      const said = textOf(one);
      return said === undefined ? [] : [[name, said]];
    });
  });
}

export function bodyOf({ body, isBase64Encoded }: Unknown): string | Uint8Array {
  return isBase64Encoded === true ? Buffer.from(text(body), 'base64') : text(body);
}
