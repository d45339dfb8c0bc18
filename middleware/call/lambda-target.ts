// Calls a dependency by invoking its function: JSON out, and what the function answered or failed with as the outcome.
import type { IncomingHttpHeaders } from 'node:http';
import { AnswerTooLarge } from '../../store/adapters/reading.ts';
import { CALLER_HEADER } from '../kernel/caller-header.ts';
import { NEVER_SAID } from '../kernel/errors.ts';
import { deployedName, functionReference } from '../kernel/function-name.ts';
import type { Instance } from '../kernel/instance.ts';
import type { Call, Reply } from '../kernel/outbound.ts';
import { outcomeOfStatus } from '../kernel/outcome.ts';
import { abortable } from './abortable.ts';
import { isBytes, isStream, jsonOf, NotJson, valueOf, type As } from './body.ts';
import { replyOfAbort, replyOfError } from './errors.ts';
import type { InvokeAnswer, Transport } from './in-place.ts';
import { headersOf, misusedReply, retryAfterMs, saysNever, type OutgoingRequest, type Target } from './request.ts';

/** Of a request that is waited for (d). */
const LARGEST_PAYLOAD_BYTES = 6 * 1024 * 1024;

export interface FunctionTarget {
  /** Its name, or its ARN in full or in part; each also with its alias or version. */
  readonly function: string;
  readonly alias?: string | undefined;
}

export function lambdaTarget(
  target: FunctionTarget,
  instance: Instance,
  transport: Transport,
  maxAnswerBytes?: number,
): Target {
  const place = placeOf(target);
  return async function invokeFunction(request, call) {
    const wrong = unsendable(request);
    if (wrong !== undefined) return misusedReply(`"${call.dependency}" is a function: ${wrong}`);
    const payload = payloadOf(request, call);
    if (payload instanceof Error) return misusedReply(`the call of "${call.dependency}": ${payload.message}`);
    let sent = false;
    try {
      const invoke = await abortable(transport.invoker(), call.signal);
      sent = true;
      const output = await abortable(invoke({ ...place, payload }, call), call.signal);
      const bytesIn = output.Payload?.length ?? 0;
      const limitBytes = request.maxAnswerBytes ?? maxAnswerBytes;
      if (limitBytes !== undefined && bytesIn > limitBytes) return tooLarge(limitBytes);
      return { ...replyOfOutput(output, instance.clock.now(), request.as), bytesOut: payload.length, bytesIn };
    } catch (error) {
      return call.signal.aborted ? replyOfAbort(call.signal.reason, sent) : replyOfThrown(error);
    }
  };
}

/** What to invoke. serverless-offline answers 404 to all but deployed names, so it is told no ARN and no qualifier. */
function placeOf(target: FunctionTarget) {
  const name = deployedName(target.function);
  const reference = functionReference(name);
  if (isLocal()) return { function: reference?.name ?? name, alias: undefined };
  return { function: name, alias: target.alias, region: regionElsewhere(reference?.region) };
}

/** The world on a laptop. An endpoint that is set for a private network is Lambda itself, which knows qualifiers. */
function isLocal(): boolean {
  const url = URL.parse(process.env['AWS_ENDPOINT_URL_LAMBDA'] ?? '');
  return url !== null && /^(localhost|127\..*|\[::1\])$/.test(url.hostname);
}

function regionElsewhere(region: string | undefined): string | undefined {
  return region === process.env['AWS_REGION'] ? undefined : region;
}

/** What an invoke cannot carry: it is one JSON there and one back. */
function unsendable({ body, as }: OutgoingRequest): string | undefined {
  if (isStream(body)) return 'it takes no stream; put the content into a bucket and send where it is';
  if (isBytes(body)) return "it takes JSON and no bytes; send them as text: { body: bytes.toString('base64') }";
  if (as === 'stream') return "its answer is no stream; take it as: 'bytes'";
  return undefined;
}

/** A direct invoke also says who calls: nobody without a permission to invoke the function can say so. */
function payloadOf(request: OutgoingRequest, call: Call): string | Error {
  const { operation, method, path, body } = request;
  const headers = { ...headersOf(request, call), [CALLER_HEADER]: call.invocation.instance.service };
  const payload = jsonOf({ operation, method, path, body, headers });
  if (payload instanceof Error) return payload;
  // A character is three bytes at most, so that nearly no payload need be measured.
  const bytes = payload.length * 3 > LARGEST_PAYLOAD_BYTES ? Buffer.byteLength(payload) : 0;
  if (bytes <= LARGEST_PAYLOAD_BYTES) return payload;
  return new Error(
    `its payload is ${bytes} bytes, and Lambda takes ${LARGEST_PAYLOAD_BYTES}; send where it is instead`,
  );
}

function tooLarge(limitBytes: number): Reply {
  return { outcome: 'error', error: new AnswerTooLarge(limitBytes), sent: true, never: true };
}

/** Lambda's own 4xx answers come before the function runs: nothing was done. */
function replyOfThrown(error: unknown): Reply {
  const reply = replyOfError(error);
  const turnedAway = reply.response !== undefined && reply.response.status < 500;
  return turnedAway ? { ...reply, sent: false } : reply;
}

/** What a governed callee says by its error, whose fields do not travel: the type and message of flyball's own errors. */
const OWN_ERRORS: readonly (readonly [type: string, prefix: string, reply: Omit<Reply, 'error'>])[] = [
  ['Refused', 'FLYBALL_REFUSED: ', { outcome: 'throttled', sent: true }],
  ['DependencyFailed', 'FLYBALL_DEPENDENCY_FAILED: ', { outcome: 'error', sent: true, never: true }],
  ['DeadlineExceeded', 'FLYBALL_DEADLINE_EXCEEDED: ', { outcome: 'timeout', sent: true, never: true }],
];

/** Lambda's own words for a function that ran out of its time. What the function itself throws has a type. */
const TIMED_OUT = /^\S+ \S+ Task timed out after [0-9.]+ seconds$/;

export function replyOfOutput({ FunctionError, Payload }: InvokeAnswer, nowMs: number, as?: As): Reply {
  const bytes = Buffer.from(Payload ?? []);
  const payload = valueOf(bytes, undefined, undefined);
  if (FunctionError !== undefined) return replyOfFunctionError(FunctionError, payload);
  if (isAnswer(payload)) return replyOfAnswer(payload, nowMs, as);
  const value = as === 'text' || as === 'bytes' ? valueOf(bytes, undefined, as) : payload;
  return { outcome: 'ok', value, sent: true };
}

function replyOfFunctionError(kind: string, payload: unknown): Reply {
  const { errorType, errorMessage } = isObject(payload) ? payload : {};
  const type = typeof errorType === 'string' ? errorType : kind;
  const message = typeof errorMessage === 'string' ? errorMessage : 'the function failed';
  const error = new Error(message);
  error.name = type;
  // A text may hold anything that somebody made up, a type is the code's. In the local world all are of one.
  const isOf = (name: string) => type === name || (type === 'Error' && isLocal());
  const own = OWN_ERRORS.find(([name, prefix]) => message.startsWith(prefix) && isOf(name));
  if (own) return { ...own[2], error, ...waitOf(message), ...(message.endsWith(NEVER_SAID) ? { never: true } : {}) };
  const business = /^FLYBALL_BUSINESS_FAILURE: ([A-Z0-9_]{1,64})(?:: |$)/.exec(message);
  if (business && isOf('BusinessFailure')) return { outcome: `business:${business[1] ?? ''}`, error, sent: true };
  if (type === 'Sandbox.Timedout' || (errorType === undefined && TIMED_OUT.test(message)))
    return { outcome: 'timeout', error, sent: true };
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
  readonly isBase64Encoded?: unknown;
  readonly headers?: unknown;
  readonly multiValueHeaders?: unknown;
}

/** Functions that also stand behind a gateway answer in its form. */
function replyOfAnswer(answer: WebAnswer, nowMs: number, as: As | undefined): Reply {
  const { statusCode: status } = answer;
  const outcome = outcomeOfStatus(status);
  const headers = headersOfAnswer(answer);
  const value = bodyOfAnswer(answer, headers['content-type'], outcome === 'ok' ? as : undefined);
  if (value instanceof NotJson)
    return { outcome: 'error', error: value, sent: true, response: { status, headers, body: answer.body } };
  const response = { status, headers, body: value };
  if (outcome === 'ok') return { outcome, value, sent: true, response };
  const after = retryAfterMs(textOf(headers['retry-after']), nowMs);
  return {
    outcome,
    sent: true,
    response,
    ...(after === undefined ? {} : { retryAfterMs: after }),
    ...(saysNever(textOf(headers['x-flyball-retry'])) ? { never: true } : {}),
  };
}

/** What is an object already is given as it is; text is read as over HTTP, but that a gateway's default type says little. */
function bodyOfAnswer({ body, isBase64Encoded }: WebAnswer, type: string | undefined, as: As | undefined): unknown {
  if (typeof body === 'string') {
    const bytes = Buffer.from(body, isBase64Encoded === true ? 'base64' : 'utf8');
    return valueOf(bytes, as === undefined ? undefined : type, as);
  }
  if (as !== 'text' && as !== 'bytes') return body;
  return valueOf(Buffer.from(body === undefined ? '' : JSON.stringify(body)), type, as);
}

/** By lower-case name; several values of one are given as several. */
function headersOfAnswer({ headers, multiValueHeaders }: WebAnswer): IncomingHttpHeaders {
  const named: IncomingHttpHeaders = {};
  for (const [name, value] of Object.entries(isObject(headers) ? headers : {})) {
    const text = textOf(value);
    if (text !== undefined) named[name.toLowerCase()] = text;
  }
  for (const [name, values] of Object.entries(isObject(multiValueHeaders) ? multiValueHeaders : {})) {
    if (Array.isArray(values)) named[name.toLowerCase()] = values.length === 1 ? String(values[0]) : values.map(String);
  }
  return named;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}

function isAnswer(payload: unknown): payload is WebAnswer {
  return isObject(payload) && typeof payload['statusCode'] === 'number';
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
