// What `import … from 'flyball/breaker'` gives: breakers, shared by the fleet, around the calls of `flyball/call`.
export { breaker } from '../govern.ts';
export type { GovernOptions as PolicyOptions } from '../kernel/instances.ts';
export type { FlyballContext, GovernedContext, GovernMiddleware } from '../kernel/middleware.ts';
