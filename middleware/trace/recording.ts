// What tracing keeps of one invocation that is recorded: its spans, and where each stands in the trace.
import type { Invocation } from '../kernel/invocation.ts';
import type { Outcome } from '../kernel/outcome.ts';
import { carriedBy } from './incoming.ts';
import { Span, type SpanKind } from './span.ts';
import type { Begun } from './tracer.ts';

/** More spans than anybody reads; what comes after is carried on, but not recorded. */
const MOST_SPANS = 100;

export class Recording {
  readonly root: Span;
  readonly #begun: Begun;
  readonly #invocation: Invocation;
  /** Adding the monotonic clock to it gives wall time with fractions, on one scale for all spans. */
  readonly #offsetMs: number;
  #spans = 1;

  constructor(invocation: Invocation, begun: Begun) {
    this.#invocation = invocation;
    this.#begun = begun;
    this.#offsetMs = invocation.startedAt - invocation.startedPrecise;
    this.root = new Span(begun.rootId, 'flyball', 'invocation', invocation.startedAt);
  }

  #now(): number {
    return this.#offsetMs + this.#invocation.instance.clock.precise();
  }

  /** A span beneath another; undefined when there are too many. */
  begin(name: string, kind: SpanKind, parent: Span): Span | undefined {
    if (this.#spans >= MOST_SPANS) return undefined;
    this.#spans++;
    const startedAt = this.#now();
    const span = new Span(this.#begun.child(name, kind, startedAt, parent), name, kind, startedAt);
    parent.children.push(span);
    return span;
  }

  end(span: Span, outcome: Outcome, error: unknown): void {
    const { redact } = this.#invocation.instance;
    span.end(this.#now(), outcome, error, redact);
  }

  within<T>(span: Span, work: () => T): T {
    return this.#begun.within(span, work);
  }

  /** The headers of what happens in a span. */
  carriedIn({ id }: Span): Record<string, string> {
    const { trace, traceId } = this.#begun;
    return carriedBy(trace, { traceId, id }, () => id);
  }

  /** Hands all spans over, when the first one has ended. */
  send(): void | Promise<void> {
    return this.#begun.end(this.root);
  }
}
