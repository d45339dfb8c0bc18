// What `import … from 'flyball/retry'` gives: retrying `flyball.call` and `flyball.run`, and redelivery of queue records.
export { retry } from '../govern.ts';
export type { GovernOptions as PolicyOptions } from '../kernel/instances.ts';
export type { FlyballContext, GovernedContext, GovernMiddleware } from '../kernel/middleware.ts';
