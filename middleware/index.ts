// What `import … from 'flyball'` gives.
export {
  breaker,
  deadline,
  fallback,
  flyball,
  govern,
  governed,
  governPlugin,
  jobRun,
  redelivery,
  retry,
  telemetry,
  throttle,
  trace,
  type GovernOptions,
} from './govern.ts';
export {
  BusinessFailure,
  DeadlineExceeded,
  DependencyFailed,
  FlyballError,
  Misused,
  Refused,
  type RefusedBy,
} from './kernel/errors.ts';
export type { FlyballContext, GovernedContext, GovernMiddleware } from './kernel/middleware.ts';
export type { Logger } from './kernel/logger.ts';
export type { Outcome } from './kernel/outcome.ts';
export type { RuleDocument } from './kernel/rules/document.ts';
