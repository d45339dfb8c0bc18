// What a signature is over: the same text at the caller and the callee, whatever gateway is between them. Pure.

export const SIGNATURE_HEADER = 'x-flyball-signature';

/** One request as either side sees it. */
export interface SignedRequest {
  readonly method: string;
  /** As sent or as received, without the query: percent-encoded, or decoded already by a gateway. */
  readonly path: string;
  /** Names and values, encoded or not, in any order. */
  readonly query: readonly (readonly [name: string, value: string])[];
  /** Names in any case. */
  readonly headers: readonly (readonly [name: string, value: string])[];
}

/** Headers that mean something to the callee when the call is signed. */
const BELIEVED = /^(?:x-flyball-|idempotency-key$)/;

/** Never ambiguous: parts are JSON's texts, so that none can be taken for two. */
export function signedText(claims: string, { method, path, query, headers }: SignedRequest): string {
  const pairs = query.map(([name, value]) => JSON.stringify([plain(name), plain(value)])).sort();
  const believed = headers
    .map(([name, value]) => [name.toLowerCase(), value.trim()] as const)
    .filter(([name]) => BELIEVED.test(name) && name !== SIGNATURE_HEADER)
    .map((header) => JSON.stringify(header))
    .sort();
  return JSON.stringify(['flyball-v1', claims, method.toUpperCase(), plain(path), pairs, believed]);
}

/** Gateways decode paths once, twice or not at all. */
const MOST_ROUNDS = 4;

/** Decoded until there is nothing left to decode; `+` is a space, as queries have it. */
function plain(text: string): string {
  let decoded = text.replaceAll('+', ' ');
  for (let round = 0; round < MOST_ROUNDS && decoded.includes('%'); round++) {
    let next: string;
    try {
      next = decodeURIComponent(decoded).replaceAll('+', ' ');
    } catch {
      return decoded;
    }
    if (next === decoded) return decoded;
    decoded = next;
  }
  return decoded;
}
