// Stands where the network is: dependencies that answer and fail as a test says, and what was sent to them.
import { Readable } from 'node:stream';
// Not by its folder's index.ts: it would bring in all that makes calls.
import { ExchangeFailed } from '../call/exchange-failed.ts';
import type { Answer, Exchange, Invoke, InvokeAnswer, Transport } from '../call/index.ts';
import { Misused } from '../kernel/errors.ts';
import type { Call } from '../kernel/outbound.ts';
import { parseDuration } from '../kernel/units.ts';
import type { FakeClock } from './clock.ts';

/**
 * How a dependency fails: it cannot be reached, does not answer in time, turns the call away, breaks off, or answers
 * with a status of 400 or more.
 */
export type DependencyFailure = 'connect' | 'timeout' | 'throttled' | 'error' | number;

export interface FixedAnswer {
  /** 200 unless given; from a function, which has none of its own, the answer of one behind a gateway. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text, bytes, or anything else as JSON. */
  readonly body?: unknown;
  readonly fail?: DependencyFailure;
  /** How long it takes, e.g. `200ms`. */
  readonly after?: string;
}

/** One answer: fixed, or made for the call. A function that throws fails as the callee it stands for. */
export type DependencyAnswer = FixedAnswer | ((call: SentCall) => FixedAnswer | Promise<FixedAnswer>);

/** One attempt as it left the function. */
export interface SentCall {
  readonly dependency: string;
  /** From 1. */
  readonly attempt: number;
  readonly operation: string | undefined;
  /** The URL, or the function's name. */
  readonly target: string;
  readonly method: string | undefined;
  /** With its query. */
  readonly path: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON is parsed; bytes and streams are a Buffer. */
  readonly body: unknown;
  /** Epoch ms. */
  readonly at: number;
}

export class Dependencies {
  readonly calls: SentCall[] = [];
  readonly #clock: FakeClock;
  readonly #answers = new Map<string, DependencyAnswer[]>();
  #unanswered: Misused | undefined;

  constructor(clock: FakeClock) {
    this.#clock = clock;
  }

  /** From now on these answers are given in turn, then the last one for ever. */
  respond(dependency: string, answers: readonly DependencyAnswer[]): void {
    this.#answers.set(dependency, [...answers]);
  }

  /** The error of a call that no answer was given for, once. */
  takeUnanswered(): Misused | undefined {
    const error = this.#unanswered;
    this.#unanswered = undefined;
    return error;
  }

  readonly transport: Transport = {
    exchange: (exchange, call) => this.#exchange(exchange, call),
    invoker: () => Promise.resolve((invoke: Invoke, call: Call) => this.#invoke(invoke, call)),
  };

  async #exchange({ url, method, headers, body, signal, streamed }: Exchange, call: Call): Promise<Answer> {
    const content = body === undefined || typeof body === 'string' ? body : await allOf(body);
    const sent = this.#sent(call, {
      target: url.href,
      method,
      path: `${url.pathname}${url.search}`,
      headers,
      body: typeof content === 'string' ? jsonOr(content) : content,
    });
    const broken = (code: string, connected: boolean, cause: unknown = failure(code)) =>
      new ExchangeFailed(`${method} ${url.origin}${url.pathname}: no answer`, connected, { cause });
    const answer = await this.#answered(sent, signal).catch((cause: unknown) => {
      // A URL's server that throws breaks off, or answers with the status its error has.
      if (cause instanceof Misused) throw cause;
      if (signal.aborted) throw broken('', true, signal.reason);
      throw broken('ECONNRESET', true);
    });
    const { status = 200, body: answered, fail } = answer;
    if (fail === 'connect') throw broken('ECONNREFUSED', false);
    if (fail === 'error') throw broken('ECONNRESET', true);
    const type =
      answered instanceof Uint8Array
        ? 'application/octet-stream'
        : typeof answered === 'string'
          ? 'text/plain; charset=utf-8'
          : 'application/json';
    const answeredStatus = fail === 'throttled' ? 429 : typeof fail === 'number' ? fail : status;
    const bytes = answered instanceof Uint8Array ? Buffer.from(answered) : Buffer.from(textOf(answered));
    return {
      status: answeredStatus,
      headers: { 'content-type': type, ...lowerCased(answer.headers) },
      body: streamed && answeredStatus < 300 ? Readable.from([bytes]) : bytes,
    };
  }

  async #invoke({ function: name, payload }: Invoke, call: Call): Promise<InvokeAnswer> {
    const { method, path, headers = {}, body } = JSON.parse(payload) as Partial<SentCall>;
    const sent = this.#sent(call, { target: name, method, path, headers, body });
    let answer: FixedAnswer;
    try {
      answer = await this.#answered(sent, call.signal);
    } catch (error) {
      if (error instanceof Misused || call.signal.aborted) throw error;
      return failed(error);
    }
    const { status, headers: answered, body: value, fail } = answer;
    if (fail === 'connect') throw failure('ECONNREFUSED');
    if (fail === 'throttled') throw Object.assign(failure('429'), { name: 'TooManyRequestsException' });
    if (fail === 'error') return failed(new Error('the function failed in this test'));
    const web = typeof fail === 'number' ? fail : status;
    return bytesOf(web === undefined ? value : { statusCode: web, headers: answered, body: value });
  }

  #sent(call: Call, request: Pick<SentCall, 'target' | 'method' | 'path' | 'headers' | 'body'>): SentCall {
    const { dependency, attempt, operation } = call;
    const sent = { dependency, attempt, operation, ...request, at: this.#clock.now() };
    this.calls.push(sent);
    return sent;
  }

  async #answered(sent: SentCall, signal: AbortSignal): Promise<FixedAnswer> {
    const next = this.#next(sent.dependency);
    const answer = typeof next === 'function' ? await next(sent) : next;
    if (answer.fail === 'timeout') await this.#wait(Infinity, signal);
    if (answer.after !== undefined) await this.#wait(parseDuration(answer.after), signal);
    return answer;
  }

  #next(dependency: string): DependencyAnswer {
    const answers = this.#answers.get(dependency) ?? [];
    const next = answers.length > 1 ? answers.shift() : answers[0];
    if (next) return next;
    this.#unanswered = new Misused(
      `the test says nothing of how "${dependency}" answers; say it with respond('${dependency}', { body: … }) or fail('${dependency}', 'timeout')`,
    );
    this.#unanswered.headers['x-flyball-retry'] = 'never';
    throw this.#unanswered;
  }

  /** Rejects with the signal's reason when the attempt ends first. */
  #wait(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const cancel = ms === Infinity ? () => {} : this.#clock.after(ms, resolve);
      const onAbort = () => {
        cancel();
        reject(signal.reason as Error);
      };
      if (signal.aborted) onAbort();
      else signal.addEventListener('abort', onAbort, { once: true });
    });
  }
}

function failure(code: string): Error {
  return Object.assign(new Error(`${code} in this test`), { code });
}

/** What Lambda answers for a function that threw. */
function failed(error: unknown): InvokeAnswer {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  return { FunctionError: 'Unhandled', ...bytesOf({ errorType: name, errorMessage: message, trace: [] }) };
}

function bytesOf(payload: unknown): InvokeAnswer {
  return { Payload: Buffer.from(payload === undefined ? 'null' : JSON.stringify(payload)) };
}

function textOf(answered: unknown): string {
  if (answered === undefined) return '';
  return typeof answered === 'string' ? answered : JSON.stringify(answered);
}

async function allOf(body: Uint8Array | Readable): Promise<Buffer> {
  return body instanceof Uint8Array ? Buffer.from(body) : Buffer.concat((await body.toArray()) as Uint8Array[]);
}

function lowerCased(headers: Readonly<Record<string, string>> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
