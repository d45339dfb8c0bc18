// What `import … from 'flyball/shed'` gives: shedding as a middleware of its own.
export { shed } from '../govern.ts';
export type { GovernOptions as PolicyOptions } from '../kernel/instances.ts';
export type { FlyballContext, GovernedContext, GovernMiddleware } from '../kernel/middleware.ts';
