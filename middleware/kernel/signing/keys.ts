// The keys that services of one cell sign their calls with: one that signs, all that verify. Pure.

/** How many may be valid at once: the one in use, the next, and one that is going. */
const MOST_KEYS = 4;
/** As long as what HMAC-SHA256 makes: a shorter key is easier to guess than a signature. */
const LEAST_BYTES = 32;
const MOST_BYTES = 128;
const KEY_ID = /^[A-Za-z0-9_-]{1,32}$/;
const BASE64URL = /^[A-Za-z0-9_-]+$/;

export interface SigningKeys {
  /** The id of the key that signs. */
  readonly current: string;
  /** All that are believed, by id. */
  readonly byId: ReadonlyMap<string, Buffer>;
}

const SHAPE = '{"current":"k1","keys":[{"kid":"k1","k":"<32 random bytes in base64url>"}]}';

/** @throws {Error} saying what is wrong, and nothing of what is there: it holds secrets. */
export function parseSigningKeys(text: string): SigningKeys {
  const { current, keys } = recordOf(jsonOf(text));
  if (!Array.isArray(keys) || keys.length === 0 || keys.length > MOST_KEYS) {
    throw new Error(`the signing keys are 1 to ${MOST_KEYS} "keys" in a list: ${SHAPE}`);
  }
  const byId = new Map<string, Buffer>();
  for (const [i, entry] of keys.entries()) {
    const { kid, k } = recordOf(entry);
    const where = `signing key ${i + 1}`;
    if (typeof kid !== 'string' || !KEY_ID.test(kid)) throw new Error(`${where} has no "kid" of letters and digits`);
    if (byId.has(kid)) throw new Error(`${where} has the same "kid" as another`);
    if (typeof k !== 'string' || !BASE64URL.test(k)) throw new Error(`${where} has no "k" in base64url`);
    const bytes = Buffer.from(k, 'base64url');
    if (bytes.length < LEAST_BYTES || bytes.length > MOST_BYTES) {
      throw new Error(`${where} has ${bytes.length} bytes; ${LEAST_BYTES} to ${MOST_BYTES} are taken`);
    }
    byId.set(kid, bytes);
  }
  if (typeof current !== 'string' || !byId.has(current)) {
    throw new Error('the signing keys have no "current" that is the "kid" of one of them');
  }
  return { current, byId };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's message would hold a part of the text.
    throw new Error(`the signing keys are no JSON: ${SHAPE}`);
  }
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
