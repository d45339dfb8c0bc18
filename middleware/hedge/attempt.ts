// One of two attempts at the same call: its reply, and a way to end it that says nothing about the dependency.
import type { Clock } from '../kernel/clock.ts';
import type { Invocation } from '../kernel/invocation.ts';
import { Superseded, type Call, type Reply, type Send } from '../kernel/outbound.ts';

export interface Attempt {
  readonly reply: Promise<Reply>;
  /** Ends it, unless it has ended. */
  supersede(): void;
}

export function begin(call: Call, next: Send): Attempt {
  const over = new AbortController();
  const signal = AbortSignal.any([call.signal, over.signal]);
  return {
    reply: next({ ...call, signal }),
    supersede: () => over.abort(new Superseded(`another attempt at "${call.dependency}" has answered`)),
  };
}

/** The reply, or undefined if there is none after `ms`. Its timer ends with the invocation at the latest. */
export function within(
  reply: Promise<Reply>,
  ms: number,
  clock: Clock,
  invocation: Invocation,
): Promise<Reply | undefined> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(ms, () => {
      forget();
      resolve(undefined);
    });
    const forget = invocation.onEnd(cancel);
    const done = () => {
      cancel();
      forget();
    };
    reply.finally(done).then(resolve, reject);
  });
}
