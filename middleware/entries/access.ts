// What `import … from 'flyball/access'` gives: who may come in, as a middleware of its own.
export { access, type AccessOptions } from '../govern.ts';
export type { FlyballContext, GovernedContext, GovernMiddleware } from '../kernel/middleware.ts';
export type { Principal } from '../kernel/principal.ts';
