// Makes and checks the signature of one call: who calls whom, for how long, with which request. Pure but for node:crypto.
import type { SigningKeys } from './keys.ts';
import type { Unsigned } from './reasons.ts';
import { signedText, type SignedRequest } from './signed-text.ts';

/** How long a call that has been signed may take to arrive, s. */
const LIFE_S = 30;
/** No signature is believed that is made to live longer, s. */
const LONGEST_LIFE_S = 60;
const LONGEST_SIGNATURE = 1_024;
const FORM = /^v1\.([A-Za-z0-9_-]{1,900})\.([A-Za-z0-9_-]{43})$/;
const SERVICE = /^[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?$/;

export interface Call {
  readonly caller: string;
  readonly callee: string;
  readonly request: SignedRequest;
  /** Undefined when it cannot be signed, since nobody has all of it: a stream. */
  readonly body: string | Uint8Array | undefined;
}

export type Checked =
  { readonly kind: 'signed'; readonly caller: string } | { readonly kind: 'unsigned'; readonly reason: Unsigned };

/** What the signature itself says. Short names: it goes with every call. */
interface Claims {
  /** Key, from, to, when it was made and until when it is good (s), and the hash of the body. */
  readonly k: string;
  readonly f: string;
  readonly t: string;
  readonly i: number;
  readonly e: number;
  readonly b?: string;
}

/** The header's value. */
export function signatureOf({ current, byId }: SigningKeys, call: Call, nowMs: number): string {
  const key = byId.get(current);
  if (!key) throw new Error('there is no current signing key');
  const i = Math.floor(nowMs / 1000);
  const said: Claims = {
    k: current,
    f: call.caller,
    t: call.callee,
    i,
    e: i + LIFE_S,
    ...(call.body === undefined ? {} : { b: hashOf(call.body) }),
  };
  const claims = Buffer.from(JSON.stringify(said)).toString('base64url');
  return `v1.${claims}.${macOf(key, signedText(claims, call.request))}`;
}

/** Whose call it is, or why that is not to be believed. The algorithm is ours: a signature does not get to choose one. */
export function checkSignature(
  signature: string,
  { byId }: SigningKeys,
  call: Omit<Call, 'caller'>,
  nowMs: number,
  leewayMs: number,
): Checked {
  const [, text = '', mac = ''] = signature.length > LONGEST_SIGNATURE ? [] : (FORM.exec(signature) ?? []);
  const claims = claimsOf(text);
  if (!claims) return unsigned('malformed');
  const key = byId.get(claims.k);
  if (!key) return unsigned('key');
  if (!isSame(mac, macOf(key, signedText(text, call.request)))) return unsigned('signature');
  // What follows has been said by somebody who has the key.
  if (claims.t !== call.callee) return unsigned('callee');
  if (claims.e - claims.i > LONGEST_LIFE_S) return unsigned('malformed');
  if (nowMs >= claims.e * 1000 + leewayMs) return unsigned('expired');
  if (nowMs < claims.i * 1000 - leewayMs) return unsigned('early');
  if (claims.b !== undefined && !isSame(claims.b, hashOf(call.body ?? ''))) return unsigned('body');
  return { kind: 'signed', caller: claims.f };
}

/** The id of the key that a signature names, whether or not it is one. */
export function keyIdOf(signature: string): string | undefined {
  return claimsOf(FORM.exec(signature)?.[1] ?? '')?.k;
}

const unsigned = (reason: Unsigned): Checked => ({ kind: 'unsigned', reason });

function claimsOf(text: string): Claims | undefined {
  let said: unknown;
  try {
    said = JSON.parse(Buffer.from(text, 'base64url').toString());
  } catch {
    return undefined;
  }
  if (typeof said !== 'object' || said === null) return undefined;
  const { k, f, t, i, e, b } = said as Readonly<Record<string, unknown>>;
  if (typeof k !== 'string' || typeof f !== 'string' || typeof t !== 'string') return undefined;
  if (!SERVICE.test(f) || typeof i !== 'number' || typeof e !== 'number') return undefined;
  if (!Number.isSafeInteger(i) || !Number.isSafeInteger(e) || (b !== undefined && typeof b !== 'string'))
    return undefined;
  return { k, f, t, i, e, ...(b === undefined ? {} : { b }) };
}

function macOf(key: Buffer, text: string): string {
  return process.getBuiltinModule('node:crypto').createHmac('sha256', key).update(text).digest('base64url');
}

function hashOf(body: string | Uint8Array): string {
  return process.getBuiltinModule('node:crypto').hash('sha256', body, 'base64url');
}

/** In the same time wherever they differ. */
function isSame(given: string, wanted: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(wanted)];
  return one.length === other.length && process.getBuiltinModule('node:crypto').timingSafeEqual(one, other);
}
