// Calls a dependency at a URL: JSON out, JSON in, the status as the outcome.
import type { Instance } from '../kernel/instance.ts';
import type { Call, Reply } from '../kernel/outbound.ts';
import { outcomeOfStatus } from '../kernel/outcome.ts';
import { replyOfAbort, replyOfError } from './errors.ts';
import { ExchangeFailed, type Answer } from './http-exchange.ts';
import { headersOf, retryAfterMs, saysNever, type OutgoingRequest, type Target } from './request.ts';
import { transportOf } from './transport.ts';

/** `base` is the rule's URL; a call's path is appended to the base's own. */
export function urlTarget(base: string, instance: Instance): Target {
  const root = new URL(base);
  const transport = transportOf(instance);
  return async function sendToUrl(request, call) {
    const url = joined(root, request.path);
    if (url === undefined) return outside(request, root);
    const body = bodyOf(request.body);
    const headers = { accept: 'application/json', ...body.headers, ...headersOf(request, call) };
    const method = request.method ?? 'POST';
    try {
      const answer = await transport.exchange({ url, method, headers, body: body.text, signal: call.signal }, call);
      const bytes = { bytesOut: body.text?.length ?? 0, bytesIn: answer.text.length };
      return { ...replyOf(answer, instance.clock.now()), ...bytes };
    } catch (error) {
      return replyOfFailure(error, call);
    }
  };
}

/** The path under the base's; undefined when it would lead out of it, whoever made it up. */
export function joined(root: URL, path: string | undefined): URL | undefined {
  const prefix = root.pathname.endsWith('/') ? root.pathname.slice(0, -1) : root.pathname;
  if (path === undefined || path === '') return root;
  const url = new URL(`${root.origin}${prefix}/${path.startsWith('/') ? path.slice(1) : path}`);
  if (url.origin !== root.origin || !(url.pathname === prefix || url.pathname.startsWith(`${prefix}/`)))
    return undefined;
  url.hash = '';
  url.username = root.username;
  url.password = root.password;
  return url;
}

function outside(request: OutgoingRequest, root: URL): Reply {
  const error = new TypeError(`the path "${request.path ?? ''}" leads out of ${root.origin}${root.pathname}`);
  return { outcome: 'error', error, sent: false, never: true };
}

function bodyOf(body: unknown): { text: string | undefined; headers: Record<string, string> } {
  if (body === undefined) return { text: undefined, headers: { 'content-length': '0' } };
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const type = typeof body === 'string' ? 'text/plain; charset=utf-8' : 'application/json';
  return { text, headers: { 'content-type': type, 'content-length': String(Buffer.byteLength(text)) } };
}

function replyOf({ status, headers, text }: Answer, nowMs: number): Reply {
  const outcome = outcomeOfStatus(status);
  const body = parsed(text, headers['content-type']);
  if (outcome === 'ok') return { outcome, value: body, sent: true, response: { status, body } };
  const after = retryAfterMs(headers['retry-after'], nowMs);
  const retry = headers['x-flyball-retry'];
  return {
    outcome,
    sent: true,
    response: { status, body },
    ...(after === undefined ? {} : { retryAfterMs: after }),
    ...(saysNever(Array.isArray(retry) ? retry[0] : retry) ? { never: true } : {}),
  };
}

/** JSON by its type; JSON that is not is text, rather than a failure of a call that worked. */
function parsed(text: string, type: string | undefined): unknown {
  if (text === '') return undefined;
  if (type !== undefined && !/[/+]json\b/.test(type)) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function replyOfFailure(error: unknown, call: Call): Reply {
  if (!(error instanceof ExchangeFailed)) return replyOfError(error);
  if (call.signal.aborted && error.cause === call.signal.reason) return replyOfAbort(error.cause, error.connected);
  // Before there was a connection, nothing was sent, whatever went wrong (a certificate, a name, a refusal).
  if (!error.connected) return { outcome: 'connect', error: error.cause, sent: false };
  return replyOfError(error.cause);
}
