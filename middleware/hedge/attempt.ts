// One of two attempts at the same call: its reply, and a way to end it that says nothing about the dependency.
import type { Clock } from '../kernel/clock.ts';
import type { Invocation } from '../kernel/invocation.ts';
import { Superseded, type Call, type Reply, type Send } from '../kernel/outbound.ts';

export interface Attempt {
  readonly reply: Promise<Reply>;
  /** Ends it, unless it has ended. */
  supersede(): void;
}

const ONCE = { once: true } as const;

/** It ends with the call's own signal as well. Not by `AbortSignal.any`, which takes several µs. */
export function begin(call: Call, next: Send): Attempt {
  const over = new AbortController();
  const outer = call.signal;
  const onAbort = () => over.abort(outer.reason);
  if (outer.aborted) onAbort();
  else outer.addEventListener('abort', onAbort, ONCE);
  const reply = next({ ...call, signal: over.signal });
  const forget = () => outer.removeEventListener('abort', onAbort);
  reply.then(forget, forget);
  return {
    reply,
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
    reply.then(done, done);
    reply.then(resolve, reject);
  });
}
