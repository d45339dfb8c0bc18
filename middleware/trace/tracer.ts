// The port of a tracer: decides whether an invocation is recorded, gives spans their ids, and takes them when it has ended.
import type { Invocation } from '../kernel/invocation.ts';
import type { IncomingTrace } from './incoming.ts';
import type { Span, SpanKind } from './span.ts';

export interface Tracer {
  /**
   * Begins to trace an invocation; starts whatever takes long beside the handler. Undefined when this tracer has nothing
   * to do with it: its trace is then only carried on. `runtimeHeader` is what the runtime says, as `X-Amzn-Trace-Id` has it.
   */
  begin(invocation: Invocation, runtimeHeader: string | undefined): Begun | undefined;
}

/** An invocation that is traced. */
export interface Begun {
  /** What is carried on: of its contexts, those of the trace with `traceId` then name the calling span as their parent. */
  readonly trace: IncomingTrace;
  /** 32 hex digits. */
  readonly traceId: string;
  /** Of the invocation's own span, which has begun. */
  readonly rootId: string;
  /** False where it was decided not to record: then this alone is carried on, and nothing below is called. */
  readonly recorded: boolean;
  /** Begins a span beneath another, and gives its id. `startedAt` is in epoch ms with fractions. */
  child(name: string, kind: SpanKind, startedAt: number, parent: Span): string;
  /** Does work that happens in a span, for those who look for the span they are in. */
  within<T>(span: Span, work: () => T): T;
  /** Takes all spans. Returns a promise only if it must wait; may throw or reject. */
  end(root: Span): void | Promise<void>;
}

/** Records for nobody. */
export const noTracer: Tracer = { begin: () => undefined };
