// Finds the route of a request. Its own, since @middy/http-router neither tells 405 from 404 nor decodes parameters,
// and writes into the event.
import type { Method, Route } from './route.ts';

export type Found =
  | { readonly kind: 'route'; readonly route: Route; readonly params: Readonly<Record<string, string>> }
  | { readonly kind: 'other-method'; readonly allow: readonly Method[] }
  | { readonly kind: 'none' };

interface Candidate {
  readonly route: Route;
  readonly segments: readonly string[];
}

/** Compiles routes; of those that fit, the one whose first differing segment is fixed wins. */
export function createRouter(routes: readonly Route[]): (method: string, path: string) => Found {
  const candidates = routes
    .map((route): Candidate => ({ route, segments: route.path.split('/') }))
    .sort((a, b) => compareShape(a.segments, b.segments));

  return (method, path) => {
    const given = path.split('/');
    const fitting = candidates.filter(({ segments }) => fits(segments, given));
    if (fitting.length === 0) return { kind: 'none' };
    const found = fitting.find(({ route }) => route.method === method);
    if (!found) return { kind: 'other-method', allow: [...new Set(fitting.map(({ route }) => route.method))].sort() };
    const params = paramsOf(found.segments, given);
    return params === undefined ? { kind: 'none' } : { kind: 'route', route: found.route, params };
  };
}

const isParameter = (segment: string) => segment.startsWith('{');
/** Stands for all that is left, one segment or more; the last one may be empty. */
const isRest = (segment: string | undefined) => segment?.endsWith('+}') === true;

/** A slash that ends a route's path may be missing: some gateways take it off. */
function fits(segments: readonly string[], given: readonly string[]): boolean {
  if (segments.length > given.length && segments.at(-1) === '') return fits(segments.slice(0, -1), given);
  if (isRest(segments.at(-1))) {
    const before = segments.length - 1;
    return given.length > before && fits(segments.slice(0, before), given.slice(0, before));
  }
  return (
    segments.length === given.length &&
    segments.every((segment, i) => (isParameter(segment) ? given[i] !== '' : segment === given[i]))
  );
}

/** Undefined when a segment is not properly percent-encoded: no such thing exists. */
function paramsOf(segments: readonly string[], given: readonly string[]): Record<string, string> | undefined {
  try {
    return Object.fromEntries(
      segments.flatMap((segment, i) => {
        if (isRest(segment)) return [[segment.slice(1, -2), given.slice(i).map(decodeURIComponent).join('/')]];
        return isParameter(segment) ? [[segment.slice(1, -1), decodeURIComponent(given[i] ?? '')]] : [];
      }),
    );
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}

function compareShape(a: readonly string[], b: readonly string[]): number {
  const most = Math.max(a.length, b.length);
  for (let i = 0; i < most; i++) {
    const difference = openness(a[i]) - openness(b[i]);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** How much a segment stands for: itself, one of any name, or all that is left. */
function openness(segment: string | undefined): number {
  if (segment === undefined || !isParameter(segment)) return 0;
  return isRest(segment) ? 2 : 1;
}
