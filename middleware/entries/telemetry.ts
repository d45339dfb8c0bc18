// What `import … from 'flyball/telemetry'` gives: counts and durations as a middleware of its own.
export { telemetry } from '../govern.ts';
export type { GovernOptions as PolicyOptions } from '../kernel/instances.ts';
export type { FlyballContext, GovernedContext, GovernMiddleware } from '../kernel/middleware.ts';
