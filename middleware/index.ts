// What `import … from 'flyball'` gives.
export {
  access,
  breaker,
  concurrency,
  deadline,
  fallback,
  fault,
  flyball,
  govern,
  governed,
  governPlugin,
  jobRun,
  redelivery,
  retry,
  shed,
  telemetry,
  throttle,
  trace,
  type AccessOptions,
  type BreakerOptions,
  type GovernOptions,
  type JobRunOptions,
  type TraceOptions,
} from './govern.ts';
export { flyballPlugin } from './plugin.ts';
export type { Answered, CallOptions, FlyballPlugin, FlyballPluginOptions, RunInfo, RunOptions } from './call/index.ts';
export {
  BusinessFailure,
  DeadlineExceeded,
  DependencyFailed,
  FlyballError,
  Misused,
  Refused,
  Rejected,
  type RefusedBy,
} from './kernel/errors.ts';
export type { FlyballContext, GovernedContext, GovernMiddleware } from './kernel/middleware.ts';
export type { Logger } from './kernel/logger.ts';
export type { GaveUp } from './kernel/outbound.ts';
export type { Outcome } from './kernel/outcome.ts';
export type { BreakerTransition } from './kernel/transition.ts';
export type { Principal } from './kernel/principal.ts';
export type { Peeked } from './throttle/peek.ts';
export type { Tracer } from './trace/tracer.ts';
export type { RuleDocument } from './kernel/rules/document.ts';
