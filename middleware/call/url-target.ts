// Calls a dependency at a URL: JSON out, JSON in, the status as the outcome.
import { AnswerTooLarge } from '../../store/adapters/reading.ts';
import type { Instance } from '../kernel/instance.ts';
import type { Call, Reply } from '../kernel/outbound.ts';
import { outcomeOfStatus } from '../kernel/outcome.ts';
import { bodyOf, NotJson, valueOf } from './body.ts';
import { isUnsendable, replyOfAbort, replyOfError } from './errors.ts';
import { ExchangeFailed } from './exchange-failed.ts';
import { BodyUnreadable, type Answer } from './http-exchange.ts';
import type { Transport } from './in-place.ts';
import { headersOf, misusedReply, retryAfterMs, saysNever, type OutgoingRequest, type Target } from './request.ts';

/** `root` is the rule's URL; a call's path is appended to its own. */
export function urlTarget(root: URL, instance: Instance, transport: Transport, limitBytes?: number): Target {
  return async function sendToUrl(request, call) {
    const url = joined(root, request.path);
    if (url === undefined) return outside(request, root);
    const body = bodyOf(request.body);
    if (body instanceof Error) return misusedReply(`the call of "${call.dependency}": ${body.message}`);
    const accept = ACCEPTED[request.as ?? 'json'];
    const headers: Record<string, string> = { accept, ...body.headers, ...headersOf(request, call) };
    const key = request.idempotencyKey;
    // Of any text a key can be made that all attempts carry.
    if (key !== undefined && !HEADER_VALUE.test(key)) headers['idempotency-key'] = hashOf(key);
    const method = request.method ?? 'POST';
    const { signal } = call;
    const maxAnswerBytes = request.maxAnswerBytes ?? limitBytes;
    const streamed = request.as === 'stream';
    try {
      const one = { url, method, headers, body: body.content, signal, maxAnswerBytes, streamed };
      const answer = await transport.exchange(one, call);
      const reply = replyOf(answer, request, url, instance.clock.now());
      const bytesIn = Buffer.isBuffer(answer.body) ? { bytesIn: answer.body.length } : {};
      const bytesOut = body.bytes === undefined ? {} : { bytesOut: body.bytes };
      if (Buffer.isBuffer(answer.body)) return { ...reply, ...bytesOut, ...bytesIn };
      const { handedOver } = await import('./streamed.ts');
      return { ...reply, ...bytesOut, ...handedOver(answer.body, maxAnswerBytes, request.lasting, call) };
    } catch (error) {
      return replyOfFailure(error, call);
    }
  };
}

const ACCEPTED = { json: 'application/json', text: 'text/*, */*;q=0.5', bytes: '*/*', stream: '*/*' } as const;

/** What HTTP takes; a Lambda function is sent any text. */
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

function hashOf(key: string): string {
  return `sha256-${process.getBuiltinModule('node:crypto').hash('sha256', key)}`;
}

/** A segment of one or two dots, with parameters or not, however they are written: servers differ in what they read. */
const DOT_SEGMENT = /(?:^|\/|%2f|%5c)(?:\.|%2e){1,2}(?: |%20)*(?:$|[/;]|%2f|%5c|%3b)/i;
/** What a path holds but for a backslash, which URLs take for a slash, and control characters, which they may drop. */
const PATH = /^[ -[\]-\u{10ffff}]*$/u;

/** The path under the base's; undefined when it would lead elsewhere than it says, whoever made it up. */
export function joined(root: URL, path: string | undefined): URL | undefined {
  const prefix = root.pathname.endsWith('/') ? root.pathname.slice(0, -1) : root.pathname;
  if (path === undefined || path === '') return root;
  const bare = withoutQuery(path);
  if (!PATH.test(bare) || DOT_SEGMENT.test(bare)) return undefined;
  const url = new URL(`${root.origin}${prefix}/${path.startsWith('/') ? path.slice(1) : path}`);
  if (url.origin !== root.origin || !(url.pathname === prefix || url.pathname.startsWith(`${prefix}/`)))
    return undefined;
  url.hash = '';
  url.username = root.username;
  url.password = root.password;
  return url;
}

const withoutQuery = (path: string) => path.split(/[?#]/, 1)[0] ?? '';

function outside(request: OutgoingRequest, root: URL): Reply {
  const path = withoutQuery(request.path ?? '');
  return misusedReply(
    `the path ${JSON.stringify(path)} leads elsewhere than it says (by ".", ".." or "\\"), and may not under ${root.origin}${root.pathname}; look over what it is made of`,
  );
}

function replyOf({ status, headers, body }: Answer, { as, whole }: OutgoingRequest, url: URL, nowMs: number): Reply {
  const value = Buffer.isBuffer(body) ? valueOf(body, headers['content-type'], status < 300 ? as : undefined) : body;
  if (isRedirect(status) && !whole) return redirected(headers.location, status, url, value);
  const outcome = outcomeOfStatus(status);
  const response = { status, headers, body: value };
  if (outcome === 'ok' && !(value instanceof NotJson)) return { outcome, value, sent: true, response };
  const after = retryAfterMs(headers['retry-after'], nowMs);
  const retry = headers['x-flyball-retry'];
  return {
    outcome: outcome === 'ok' ? 'error' : outcome,
    sent: true,
    // Of an answer that says no, what it was to be does not matter.
    response: { ...response, body: value instanceof NotJson ? value.text : value },
    ...(value instanceof NotJson ? { error: value } : {}),
    ...(after === undefined ? {} : { retryAfterMs: after }),
    ...(saysNever(Array.isArray(retry) ? retry[0] : retry) ? { never: true } : {}),
  };
}

const isRedirect = (status: number) => status >= 300 && status < 400;

/** Followed by nobody: the rules say where calls may go. Whoever can do something with it takes the whole answer. */
function redirected(location: string | undefined, status: number, from: URL, body: unknown): Reply {
  const to = location === undefined ? null : URL.parse(location, from.href);
  const error = new Error(
    `it answered ${status}${to ? `, a redirect to ${to.origin}${to.pathname}` : ''}: redirects are not followed; set the rule's target to where it leads, or take the whole answer by flyball.exchange`,
  );
  return { outcome: `${status}`, error, sent: true, response: { status, body } };
}

function replyOfFailure(error: unknown, call: Call): Reply {
  if (!(error instanceof ExchangeFailed)) {
    // Node names the header, and not its value.
    return isUnsendable(error)
      ? misusedReply(`the call of "${call.dependency}" cannot be sent: ${error.message}`)
      : replyOfError(error);
  }
  const { cause, connected } = error;
  if (call.signal.aborted && cause === call.signal.reason) return replyOfAbort(cause, connected);
  // Nothing the dependency did.
  if (cause instanceof BodyUnreadable) return { outcome: 'refused', error: cause, sent: connected, never: true };
  // Before there was a connection, nothing was sent, whatever went wrong (a certificate, a name, a refusal).
  if (!connected) return { outcome: 'connect', error: cause, sent: false };
  // The same answer would be as large again.
  return cause instanceof AnswerTooLarge ? { ...replyOfError(cause), never: true } : replyOfError(cause);
}
