// What `import … from 'flyball/deadline'` gives: deadlines as a middleware of its own.
export { deadline } from '../govern.ts';
export type { GovernOptions as PolicyOptions } from '../kernel/instances.ts';
export type { FlyballContext, GovernedContext, GovernMiddleware } from '../kernel/middleware.ts';
