// What `import … from 'flyball/fault'` gives: faults of drills as a middleware of their own.
export { fault } from '../govern.ts';
export type { GovernOptions as PolicyOptions } from '../kernel/instances.ts';
export type { FlyballContext, GovernedContext, GovernMiddleware } from '../kernel/middleware.ts';
