// What `import … from 'flyball/trace'` gives: tracing as a middleware of its own.
export { trace } from '../govern.ts';
export type { TraceOptions as PolicyOptions } from '../govern.ts';
export type { FlyballContext, GovernedContext, GovernMiddleware } from '../kernel/middleware.ts';
