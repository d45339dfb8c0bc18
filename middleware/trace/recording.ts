// What tracing keeps of one invocation that is recorded: its spans, and where each stands in the trace. Loaded with the
// first invocation that is recorded, so that it imports nothing that a file loaded before has too.
import { Refused } from '../kernel/errors.ts';
import type { Invocation } from '../kernel/invocation.ts';
import type { Call, Reply, Send } from '../kernel/outbound.ts';
import type { carriedBy } from './incoming.ts';
import { Span, type SpanKind } from './span.ts';
import type { Begun } from './tracer.ts';

/** More spans than anybody reads; what comes after is carried on, but not recorded. */
const MOST_SPANS = 100;

export class Recording {
  readonly #begun: Begun;
  readonly #invocation: Invocation;
  readonly #carriedBy: typeof carriedBy;
  /** Adding the monotonic clock to it gives wall time with fractions, on one scale for all spans. */
  readonly #offsetMs: number;
  readonly #root: Span;
  #spans = 1;

  constructor(invocation: Invocation, begun: Begun, carried: typeof carriedBy) {
    this.#invocation = invocation;
    this.#begun = begun;
    this.#carriedBy = carried;
    this.#offsetMs = invocation.startedAt - invocation.startedPrecise;
    this.#root = new Span(begun.rootId, 'flyball', 'invocation', invocation.startedAt);
  }

  /** A whole call, whatever becomes of it. */
  async call(call: Call, next: Send): Promise<Reply> {
    const span = this.#begin(call.dependency, 'call', this.#root);
    if (!span) return next(call);
    call.trace = span;
    if (call.operation !== undefined) span.note('operation', call.operation);
    const reply = await next(call);
    if (reply.error instanceof Refused) noteRefusal(span, reply.error);
    this.#end(span, reply.outcome, reply.error);
    return reply;
  }

  /** One attempt of a call; what it carries names it as the parent. */
  async attempt(call: Call, next: Send): Promise<Reply> {
    const { trace: parent, dependency, attempt, operation } = call;
    if (!(parent instanceof Span)) return next(call);
    parent.note('attempts', attempt);
    const span = this.#begin(dependency, 'attempt', parent);
    const carried = this.#carriedIn(span ?? parent);
    if (!span) return next({ ...call, carried });
    span.note('attempt', attempt);
    if (operation !== undefined) span.note('operation', operation);
    const reply = await this.#begun.within(span, () => next({ ...call, carried }));
    this.#end(span, reply.outcome, reply.error);
    return reply;
  }

  /** The invocation has ended: hands all spans over. Nothing that happens here is worth an answer. */
  async ended(): Promise<void> {
    const { instance, resource, snapshot, refusal, outcome, error, attempt, noRetry, faults } = this.#invocation;
    const root = this.#root;
    try {
      root.note('service', instance.service);
      root.note('resource', resource.name);
      root.note('revision', snapshot.origin.revision);
      if (attempt > 1) root.note('callers_attempt', attempt);
      if (noRetry) root.note('callers_retry', 'never');
      if (refusal) noteRefusal(root, refusal);
      if (faults) root.note('fault', [...faults].join(', '));
      this.#end(root, outcome ?? 'ok', error);
      await this.#begun.end(root);
    } catch {
      instance.recorder.internal('trace:unsent');
    }
  }

  #now(): number {
    return this.#offsetMs + this.#invocation.instance.clock.precise();
  }

  /** A span beneath another; undefined when there are too many. */
  #begin(name: string, kind: SpanKind, parent: Span): Span | undefined {
    if (this.#spans >= MOST_SPANS) return undefined;
    this.#spans++;
    const startedAt = this.#now();
    const span = new Span(this.#begun.child(name, kind, startedAt, parent), name, kind, startedAt);
    parent.children.push(span);
    return span;
  }

  #end(span: Span, outcome: Reply['outcome'], error: unknown): void {
    const { redact } = this.#invocation.instance;
    span.end(this.#now(), outcome, error, redact);
  }

  #carriedIn({ id }: Span): Record<string, string> {
    const { trace, traceId } = this.#begun;
    return this.#carriedBy(trace, { traceId, id }, () => id);
  }
}

function noteRefusal(span: Span, { by, rule }: Refused): void {
  span.note('refused_by', by);
  span.note('refused_rule', rule);
}
