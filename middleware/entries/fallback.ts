// What `import … from 'flyball/fallback'` gives: fallbacks as a middleware of its own.
export { fallback } from '../govern.ts';
export type { GovernOptions as PolicyOptions } from '../kernel/instances.ts';
export type { FlyballContext, GovernedContext, GovernMiddleware } from '../kernel/middleware.ts';
