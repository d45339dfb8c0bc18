// Outbound calls for tests: a call on its way out, and a dependency that answers as the test says.
import type { Invocation } from '../../middleware/kernel/invocation.ts';
import type { Call, Reply, Send } from '../../middleware/kernel/outbound.ts';
import type { Outcome } from '../../middleware/kernel/outcome.ts';

export function testCall(invocation: Invocation, overrides: Partial<Call> = {}): Call {
  return {
    invocation,
    dependency: 'payments',
    operation: undefined,
    idempotency: 'safe',
    attempt: 1,
    deadlineAt: invocation.deadlineAt,
    signal: new AbortController().signal,
    ...overrides,
  };
}

export function reply(outcome: Outcome, more: Partial<Reply> = {}): Reply {
  return { outcome, sent: true, ...more };
}

/** A dependency that gives these replies in turn, then the last one for ever; `calls` are the attempts that reached it. */
export function dependency(...replies: Reply[]): { readonly send: Send; readonly calls: Call[] } {
  const calls: Call[] = [];
  return {
    calls,
    send: (call) => {
      calls.push(call);
      return Promise.resolve(replies[Math.min(calls.length, replies.length) - 1] ?? reply('ok'));
    },
  };
}

/** A dependency whose replies the test gives when it likes. */
export function pendingDependency(): { readonly send: Send; readonly waiting: ((reply: Reply) => void)[] } {
  const waiting: ((reply: Reply) => void)[] = [];
  return { waiting, send: () => new Promise((resolve) => waiting.push(resolve)) };
}
