// A span while it is recorded: plain data, sent when the invocation ends. Belongs to one invocation and nothing else.
import type { CallTrace } from '../kernel/outbound.ts';
import type { Outcome } from '../kernel/outcome.ts';

/** X-Ray's three kinds of trouble: ours, the caller's, too much. */
export type Mark = 'fault' | 'error' | 'throttle';

export type Annotation = string | number | boolean;

/** The invocation itself; a call with all its attempts; one attempt, which alone leaves the function. */
export type SpanKind = 'invocation' | 'call' | 'attempt';

/** An error as it leaves the function: redacted, and no more an object of the function's own. */
export interface Failure {
  readonly name: string;
  readonly message: string;
  readonly stack: string;
}

export class Span implements CallTrace {
  readonly id: string;
  readonly name: string;
  readonly kind: SpanKind;
  /** Epoch ms with fractions. */
  readonly startedAt: number;
  endedAt: number | undefined;
  outcome: Outcome = 'ok';
  mark: Mark | undefined;
  failure: Failure | undefined;
  readonly annotations: Record<string, Annotation> = {};
  readonly children: Span[] = [];

  constructor(id: string, name: string, kind: SpanKind, startedAt: number) {
    this.id = id;
    this.name = name;
    this.kind = kind;
    this.startedAt = startedAt;
  }

  note(name: string, value: Annotation): void {
    this.annotations[name] = value;
  }

  /** Ends it. An error is kept only where something went wrong. */
  end(endedAt: number, outcome: Outcome, error: unknown, redact: (text: string) => string): void {
    this.endedAt = endedAt;
    this.outcome = outcome;
    this.mark = markOf(outcome);
    if (this.mark && error instanceof Error) this.failure = failureOf(error, redact);
    this.annotations['outcome'] = outcome;
  }
}

/** How trouble is marked. A refusal by flyball is too much, not a fault. */
export function markOf(outcome: Outcome): Mark | undefined {
  if (outcome === 'ok') return undefined;
  if (outcome === 'refused' || outcome === 'throttled') return 'throttle';
  return outcome.startsWith('4') || outcome.startsWith('business:') ? 'error' : 'fault';
}

function failureOf({ name, message, stack = '' }: Error, redact: (text: string) => string): Failure {
  return { name, message: redact(message), stack: redact(stack) };
}
