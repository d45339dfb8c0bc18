// The port of a tracer: takes the spans of an invocation when it has ended.
import type { Span } from './span.ts';

/** What one invocation recorded. */
export interface Recorded {
  /** 32 hex digits. */
  readonly traceId: string;
  /** The platform's own span of this invocation, which `root` hangs under. */
  readonly parentId: string;
  readonly root: Span;
}

export interface Tracer {
  /** Starts whatever takes long, beside the handler. Never throws. */
  prepare(): void;
  /** Sends. Returns a promise only if it must wait; may throw or reject. */
  emit(recorded: Recorded): void | Promise<void>;
}

/** Records for nobody. */
export const noTracer: Tracer = { prepare: () => {}, emit: () => {} };
