// What `import … from 'flyball/call'` gives: calls to dependencies, governed by whichever middleware began the invocation.
export { flyball } from '../govern.ts';
export { flyballPlugin } from '../plugin.ts';
export type { Answered, CallOptions, FlyballPlugin, FlyballPluginOptions, RunInfo, RunOptions } from '../call/index.ts';
export {
  BusinessFailure,
  DeadlineExceeded,
  DependencyFailed,
  FlyballError,
  Misused,
  Refused,
  type RefusedBy,
} from '../kernel/errors.ts';
