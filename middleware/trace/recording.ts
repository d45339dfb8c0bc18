// What tracing keeps of one invocation: the trace it belongs to, and the spans recorded if it is sampled.
import type { Clock, Random } from '../kernel/clock.ts';
import type { Invocation } from '../kernel/invocation.ts';
import { newSpanId } from './context.ts';
import { carriedBy, type IncomingTrace } from './incoming.ts';
import { Span } from './span.ts';
import type { Recorded } from './tracer.ts';

/** More spans than anybody reads; what comes after is carried on, but not recorded. */
const MOST_SPANS = 100;

export class Recording {
  readonly trace: IncomingTrace;
  readonly root: Span;
  readonly #traceId: string;
  readonly #parentId: string;
  readonly #random: Random;
  readonly #clock: Clock;
  /** Adding the monotonic clock to it gives wall time with fractions, on one scale for all spans. */
  readonly #offsetMs: number;
  #spans = 1;

  constructor(
    invocation: Invocation,
    trace: IncomingTrace,
    ids: { readonly traceId: string; readonly parentId: string },
  ) {
    const { clock, random } = invocation.instance;
    this.trace = trace;
    this.#traceId = ids.traceId;
    this.#parentId = ids.parentId;
    this.#clock = clock;
    this.#random = random;
    this.#offsetMs = invocation.startedAt - invocation.startedPrecise;
    this.root = new Span(newSpanId(random), 'flyball', invocation.startedAt, false);
  }

  now(): number {
    return this.#offsetMs + this.#clock.precise();
  }

  /** A span of a call to `name`; undefined when there are too many. */
  call(name: string): Span | undefined {
    if (this.#spans >= MOST_SPANS) return undefined;
    this.#spans++;
    const span = new Span(newSpanId(this.#random), name, this.now(), true);
    this.root.children.push(span);
    return span;
  }

  /** The headers of what happens in a span. */
  carriedIn(span: Span): Record<string, string> {
    return carriedBy(this.trace, span.id, () => span.id);
  }

  recorded(): Recorded {
    return { traceId: this.#traceId, parentId: this.#parentId, root: this.root };
  }
}
