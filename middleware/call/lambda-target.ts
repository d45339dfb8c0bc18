// Calls a dependency by invoking its function: JSON out, and what the function answered or failed with as the outcome.
import { CALLER_HEADER } from '../kernel/caller-header.ts';
import { NEVER_SAID } from '../kernel/errors.ts';
import { deployedName } from '../kernel/function-name.ts';
import type { Instance } from '../kernel/instance.ts';
import type { Call, Reply } from '../kernel/outbound.ts';
import { outcomeOfStatus } from '../kernel/outcome.ts';
import { abortable } from './abortable.ts';
import { replyOfAbort, replyOfError } from './errors.ts';
import { headersOf, retryAfterMs, saysNever, type OutgoingRequest, type Target } from './request.ts';
import { transportOf, type InvokeAnswer } from './transport.ts';

export function lambdaTarget(
  target: { readonly function: string; readonly alias?: string | undefined },
  instance: Instance,
): Target {
  const name = deployedName(target.function);
  // The local Lambda endpoint (serverless-offline) answers 404 to any qualifier.
  const alias = process.env['AWS_ENDPOINT_URL_LAMBDA'] === undefined ? target.alias : undefined;
  const transport = transportOf(instance);
  return async function invokeFunction(request, call) {
    let sent = false;
    try {
      const invoke = await abortable(transport.invoker(), call.signal);
      sent = true;
      const payload = payloadOf(request, call);
      const output = await abortable(invoke({ function: name, alias, payload }, call), call.signal);
      const bytes = { bytesOut: payload.length, bytesIn: output.Payload?.length ?? 0 };
      return { ...replyOfOutput(output, instance.clock.now()), ...bytes };
    } catch (error) {
      return call.signal.aborted ? replyOfAbort(call.signal.reason, sent) : replyOfThrown(error);
    }
  };
}

/** A direct invoke also says who calls: nobody without a permission to invoke the function can say so. */
function payloadOf(request: OutgoingRequest, call: Call): string {
  const { operation, method, path, body } = request;
  const headers = { ...headersOf(request, call), [CALLER_HEADER]: call.invocation.instance.service };
  return JSON.stringify({ operation, method, path, body, headers });
}

/** Lambda's own 4xx answers come before the function runs: nothing was done. */
function replyOfThrown(error: unknown): Reply {
  const reply = replyOfError(error);
  const turnedAway = reply.response !== undefined && reply.response.status < 500;
  return turnedAway ? { ...reply, sent: false } : reply;
}

/** What a governed callee says by its error, whose fields do not travel: `name: message` of flyball's own errors. */
const OWN_ERRORS: readonly (readonly [prefix: string, reply: Omit<Reply, 'error'>])[] = [
  ['FLYBALL_REFUSED', { outcome: 'throttled', sent: true }],
  ['FLYBALL_DEPENDENCY_FAILED', { outcome: 'error', sent: true, never: true }],
  ['FLYBALL_DEADLINE_EXCEEDED', { outcome: 'timeout', sent: true, never: true }],
];

export function replyOfOutput({ FunctionError, Payload }: InvokeAnswer, nowMs: number): Reply {
  const payload = parsed(Payload === undefined ? '' : Buffer.from(Payload).toString('utf8'));
  if (FunctionError !== undefined) return replyOfFunctionError(FunctionError, payload);
  return isAnswer(payload) ? replyOfAnswer(payload, nowMs) : { outcome: 'ok', value: payload, sent: true };
}

function replyOfFunctionError(kind: string, payload: unknown): Reply {
  const { errorType, errorMessage } = isObject(payload) ? payload : {};
  const type = typeof errorType === 'string' ? errorType : kind;
  const message = typeof errorMessage === 'string' ? errorMessage : 'the function failed';
  const error = new Error(message);
  error.name = type;
  const own = OWN_ERRORS.find(([prefix]) => message.startsWith(prefix));
  if (own) return { ...own[1], error, ...waitOf(message), ...(message.endsWith(NEVER_SAID) ? { never: true } : {}) };
  const business = /^FLYBALL_BUSINESS_FAILURE: ([A-Z0-9_]{1,64})(?:: |$)/.exec(message);
  if (business) return { outcome: `business:${business[1] ?? ''}`, error, sent: true };
  // Lambda's own words for a function that ran out of its time.
  if (message.includes('Task timed out after')) return { outcome: 'timeout', error, sent: true };
  return { outcome: 'error', error, sent: true };
}

/** Refusals say in their message when to come back, since nothing else of them travels. */
function waitOf(message: string): { retryAfterMs?: number } {
  const found = /(?:try again|come back) in ([0-9]{1,9}) (ms|s)\b/.exec(message);
  return found ? { retryAfterMs: Number(found[1]) * (found[2] === 's' ? 1_000 : 1) } : {};
}

interface WebAnswer {
  readonly statusCode: number;
  readonly body?: unknown;
  readonly headers?: unknown;
}

/** Functions that also stand behind a gateway answer in its form. */
function replyOfAnswer({ statusCode, body, headers }: WebAnswer, nowMs: number): Reply {
  const outcome = outcomeOfStatus(statusCode);
  const value = typeof body === 'string' ? parsed(body) : body;
  if (outcome === 'ok') return { outcome, value, sent: true, response: { status: statusCode, body: value } };
  const header = (wanted: string) => {
    const entry = Object.entries(isObject(headers) ? headers : {}).find(([name]) => name.toLowerCase() === wanted);
    return typeof entry?.[1] === 'string' || typeof entry?.[1] === 'number' ? String(entry[1]) : undefined;
  };
  const after = retryAfterMs(header('retry-after'), nowMs);
  return {
    outcome,
    sent: true,
    response: { status: statusCode, body: value },
    ...(after === undefined ? {} : { retryAfterMs: after }),
    ...(saysNever(header('x-flyball-retry')) ? { never: true } : {}),
  };
}

function isAnswer(payload: unknown): payload is WebAnswer {
  return isObject(payload) && typeof payload['statusCode'] === 'number';
}

function parsed(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
