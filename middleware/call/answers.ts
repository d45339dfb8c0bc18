// What a call gives its caller: the answer's body as it was wanted, looked over first, or the whole answer.
import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import type { Reply } from '../kernel/outbound.ts';
import type { CallOptions } from './caller.ts';

/** An answer with what came with its body. */
export interface Answered<T> {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: IncomingHttpHeaders;
  readonly body: T;
}

/** Turns an answer into what the caller works with, or throws at it. */
export type Parse<T> = (value: unknown) => T;

/** `flyball.call` */
export interface CallFunction {
  (dependency: string, options: CallOptions & { readonly as: 'stream' }): Promise<Readable>;
  <T>(dependency: string, options: CallOptions & { readonly parse: Parse<T> }): Promise<T>;
  (dependency: string, options: CallOptions & { readonly as: 'bytes' }): Promise<Buffer>;
  (dependency: string, options: CallOptions & { readonly as: 'text' }): Promise<string>;
  <T = unknown>(dependency: string, options?: CallOptions): Promise<T>;
}

/** `flyball.exchange` */
export interface ExchangeFunction {
  (dependency: string, options: CallOptions & { readonly as: 'stream' }): Promise<Answered<Readable>>;
  <T>(dependency: string, options: CallOptions & { readonly parse: Parse<T> }): Promise<Answered<T>>;
  (dependency: string, options: CallOptions & { readonly as: 'bytes' }): Promise<Answered<Buffer>>;
  (dependency: string, options: CallOptions & { readonly as: 'text' }): Promise<Answered<string>>;
  <T = unknown>(dependency: string, options?: CallOptions): Promise<Answered<T>>;
}

/** A fallback has a status at most, and a function that stands behind no gateway has none. */
export function answeredOf({ response, value }: Reply): Answered<unknown> {
  return { status: response?.status ?? 200, headers: response?.headers ?? {}, body: value };
}

/** Looks answers over before they count as such, so that what nobody can use is retried, judged and stood in for. */
export class Parsing {
  readonly #parse: Parse<unknown>;
  #last: { readonly of: unknown; readonly value: unknown } | undefined;

  constructor(parse: Parse<unknown>) {
    this.#parse = parse;
  }

  /** The same answer again would be thrown at again: there is to be no further attempt. */
  judge(reply: Reply): Reply {
    if (reply.outcome !== 'ok') return reply;
    try {
      this.#last = { of: reply.value, value: this.#parse(reply.value) };
      return reply;
    } catch (error) {
      return { ...reply, value: undefined, outcome: 'error', error, never: true };
    }
  }

  /** The answer, or what a fallback has put in its place. @throws what `parse` does. */
  value(of: unknown): unknown {
    return this.#last && this.#last.of === of ? this.#last.value : this.#parse(of);
  }
}
