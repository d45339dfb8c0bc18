// A span while it is recorded: plain data, sent when the invocation ends. Belongs to one invocation and nothing else.
import type { Outcome } from '../kernel/outcome.ts';

/** X-Ray's three kinds of trouble: ours, the caller's, too much. */
export type Mark = 'fault' | 'error' | 'throttle';

export type Annotation = string | number | boolean;

export class Span {
  readonly id: string;
  readonly name: string;
  /** Epoch ms with fractions. */
  readonly startedAt: number;
  /** True for a call to something else. */
  readonly remote: boolean;
  endedAt: number | undefined;
  mark: Mark | undefined;
  error: unknown;
  readonly annotations: Record<string, Annotation> = {};
  readonly children: Span[] = [];

  constructor(id: string, name: string, startedAt: number, remote: boolean) {
    this.id = id;
    this.name = name;
    this.startedAt = startedAt;
    this.remote = remote;
  }

  /** Ends it. An error is kept only where something went wrong. */
  end(endedAt: number, outcome: Outcome, error: unknown): void {
    this.endedAt = endedAt;
    this.mark = markOf(outcome);
    if (this.mark) this.error = error;
    this.annotations['outcome'] = outcome;
  }
}

/** How trouble is marked. A refusal by flyball is too much, not a fault. */
export function markOf(outcome: Outcome): Mark | undefined {
  if (outcome === 'ok') return undefined;
  if (outcome === 'refused' || outcome === 'throttled') return 'throttle';
  return outcome.startsWith('4') || outcome.startsWith('business:') ? 'error' : 'fault';
}
