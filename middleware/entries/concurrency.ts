// What `import … from 'flyball/concurrency'` gives: limits of concurrency as a middleware of its own.
export { concurrency } from '../govern.ts';
export type { GovernOptions as PolicyOptions } from '../kernel/instances.ts';
export type { FlyballContext, GovernedContext, GovernMiddleware } from '../kernel/middleware.ts';
