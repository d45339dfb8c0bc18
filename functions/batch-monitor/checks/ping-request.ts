// Reads what a ping says: where it came from, which run it tells of, and what its body makes of it. Pure.
import type { Check, PingKind, PingRecord } from '../../../store/items/check-record.ts';
import type { OpenRequest } from '../../api/index.ts';

/** As much of a body as is kept, in bytes; `Ping-Body-Limit` tells clients. */
export const PING_BODY_LIMIT = 100_000;
/** A longer body is an item of its own. */
const MOST_INLINE = 1024;
const LONGEST_USER_AGENT = 200;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export interface PingMeant {
  readonly kind: Exclude<PingKind, 'ign'>;
  readonly exitStatus?: number;
}

/** What the end of a ping's path means; undefined for what means nothing. No end at all means success. */
export function meaningOf(action: string | undefined): PingMeant | 'bad' | undefined {
  if (action === undefined) return { kind: 'success' };
  if (action === 'start' || action === 'fail' || action === 'log') return { kind: action };
  if (!/^[0-9]+$/.test(action)) return undefined;
  const exitStatus = Number(action);
  if (exitStatus > 255) return 'bad';
  return { kind: exitStatus > 0 ? 'fail' : 'success', exitStatus };
}

/** The run a ping names: undefined when it names none, `bad` when that is no UUID. */
export function ridOf(query: URLSearchParams): { readonly rid?: string } | 'bad' {
  const rid = query.get('rid');
  if (rid === null) return {};
  return UUID.test(rid) ? { rid: rid.toLowerCase() } : 'bad';
}

/** What a check makes of a ping before its state is asked: other methods and words in the body may change its meaning. */
export function kindFor(check: Check, meant: PingMeant, method: string, body: Uint8Array): PingKind {
  if (check.methods === 'POST' && method !== 'POST') return 'ign';
  if (!check.filterHttpBody) return meant.kind;
  const text = new TextDecoder().decode(body);
  if (hasKeyword(text, check.failureKeywords)) return 'fail';
  if (hasKeyword(text, check.successKeywords)) return 'success';
  if (hasKeyword(text, check.startKeywords)) return 'start';
  return check.filterDefaultFail ? 'fail' : 'ign';
}

/** Whether one of the words that commas part is in a text. */
function hasKeyword(text: string, keywords: string): boolean {
  return keywords.split(',').some((word) => word.trim() !== '' && text.includes(word.trim()));
}

/** The first bytes of a body, as it was sent. */
export function bytesOf({ body }: OpenRequest): Uint8Array {
  return new Uint8Array(Buffer.from(body.text, body.base64 ? 'base64' : 'utf8').subarray(0, PING_BODY_LIMIT));
}

/** How a request came. API Gateway says so; what comes without it to this machine's own name is a local world's. */
export function schemeOf({ headers }: OpenRequest): 'http' | 'https' {
  const said = headers.get('x-forwarded-proto') ?? '';
  if (said === '') return LOCAL.test(headers.get('host') ?? '') ? 'http' : 'https';
  return said === 'http' ? 'http' : 'https';
}

const LOCAL = /^(localhost|127\.0\.0\.1|\[::1\])(:[0-9]+)?$/;

/** A ping as it is noted; a long body is told of by `bodyId`, and the caller has put it away under it. */
export function recordOf(
  request: OpenRequest,
  kind: PingKind,
  said: { readonly rid?: string; readonly exitStatus?: number; readonly body: Uint8Array; readonly bodyId: string },
): PingRecord {
  const { rid, exitStatus, body, bodyId } = said;
  return {
    at: request.at,
    kind,
    scheme: schemeOf(request),
    method: request.method,
    remoteAddress: request.address,
    userAgent: (request.headers.get('user-agent') ?? '').slice(0, LONGEST_USER_AGENT),
    ...(rid === undefined ? {} : { rid }),
    ...(exitStatus === undefined ? {} : { exitStatus }),
    bodySize: body.length,
    ...(body.length === 0 ? {} : body.length <= MOST_INLINE ? { body } : { bodyId }),
  };
}

export const isLong = (body: Uint8Array) => body.length > MOST_INLINE;

export const isUuid = (text: string) => UUID.test(text) && text === text.toLowerCase();
