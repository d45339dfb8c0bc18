// What `import … from 'flyball/redelivery'` gives: redelivery of queue records as a middleware of its own.
export { redelivery } from '../govern.ts';
export type { GovernOptions as PolicyOptions } from '../kernel/instances.ts';
export type { FlyballContext, GovernedContext, GovernMiddleware } from '../kernel/middleware.ts';
