// Which service's rules a request meets: by its path, by its stage, or the one service the authorizer stands before.
import { compileGlob, specificity } from '../../middleware/kernel/glob.ts';

export interface ServicesEnvironment {
  /** `/orders*=orders, /hello*=hello-python`: paths with `*`, and the service of each. */
  readonly FLYBALL_ROUTES?: string | undefined;
  /** For whatever no route names. */
  readonly FLYBALL_SERVICE?: string | undefined;
}

/** The stage variable that names the service of a stage. */
export const STAGE_VARIABLE = 'flyballService';

export interface Services {
  /** Those that the environment names: their rules can be loaded before the first request. */
  readonly named: readonly string[];
  /** Undefined when nothing says whose rules apply. */
  of(path: string, event: unknown): string | undefined;
}

/** @throws {Error} on a route that cannot be read. */
export function servicesOf({ FLYBALL_ROUTES = '', FLYBALL_SERVICE }: ServicesEnvironment): Services {
  const routes = FLYBALL_ROUTES.split(',')
    .filter((route) => route.trim() !== '')
    .map(routeOf)
    .sort((a, b) => b.rank - a.rank);
  const fallback = FLYBALL_SERVICE?.trim() || undefined;
  return {
    named: [...new Set([...routes.map(({ service }) => service), ...(fallback === undefined ? [] : [fallback])])],
    of: (path, event) => routes.find(({ fits }) => fits(path))?.service ?? stageVariableOf(event) ?? fallback,
  };
}

interface Route {
  readonly service: string;
  readonly rank: number;
  readonly fits: (path: string) => boolean;
}

function routeOf(text: string): Route {
  const [, pattern, service] = /^\s*(\/[^\s=,]*)\s*=\s*([a-z0-9-]+)\s*$/.exec(text) ?? [];
  if (pattern === undefined || service === undefined) {
    throw new Error(`FLYBALL_ROUTES: "${text.trim()}" is no route; write /orders*=orders, /hello*=hello-python`);
  }
  return { service, rank: specificity(pattern), fits: compileGlob(pattern) };
}

/** Stage variables are set by who deploys the API; no request can change them. */
function stageVariableOf(event: unknown): string | undefined {
  if (typeof event !== 'object' || event === null || !('stageVariables' in event)) return undefined;
  const { stageVariables: variables } = event;
  if (typeof variables !== 'object' || variables === null || !Object.hasOwn(variables, STAGE_VARIABLE))
    return undefined;
  const service = (variables as Record<string, unknown>)[STAGE_VARIABLE];
  return typeof service === 'string' && service !== '' ? service : undefined;
}
