// What `import … from 'flyball/throttle'` gives: throttling as a middleware of its own.
export { throttle } from '../govern.ts';
export type { GovernOptions as PolicyOptions } from '../kernel/instances.ts';
export type { FlyballContext, GovernedContext, GovernMiddleware } from '../kernel/middleware.ts';
