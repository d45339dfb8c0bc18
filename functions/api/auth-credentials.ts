// Finds the credentials of a request: one API key or one token, in one of two headers.

export type Presented =
  | { readonly kind: 'none' }
  /** More than one, of which nobody can say which was meant. */
  | { readonly kind: 'several' }
  /** An API key, or what claims to be one. */
  | { readonly kind: 'key'; readonly text: string }
  /** Has the form of a signed JWT. */
  | { readonly kind: 'token'; readonly text: string };

/** No gateway passes on a header that is longer. */
const LONGEST = 16_384;
const JWT = /^[\w-]+\.[\w-]+\.[\w-]+$/;

/** What `Authorization: Bearer …` or `X-Api-Key: …` holds. Gateways join a header that was sent twice by a comma. */
export function presentedBy(headers: ReadonlyMap<string, string>): Presented {
  const authorization = headers.get('authorization') ?? '';
  const bearer = /^bearer +([^ ]+) *$/i.exec(authorization)?.[1];
  const key = headers.get('x-api-key')?.trim() || undefined;
  if (/^bearer\b.*,\s*bearer\b/i.test(authorization)) return { kind: 'several' };
  if (bearer !== undefined && key !== undefined && bearer !== key) return { kind: 'several' };
  const text = bearer ?? key;
  if (text === undefined) return { kind: 'none' };
  return { kind: bearer !== undefined && text.length <= LONGEST && JWT.test(text) ? 'token' : 'key', text };
}
