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

/** A slash that ends a route's path may be missing: some gateways take it off. */
function fits(segments: readonly string[], given: readonly string[]): boolean {
  if (segments.length > given.length && segments.at(-1) === '') return fits(segments.slice(0, -1), given);
  return (
    segments.length === given.length &&
    segments.every((segment, i) => (isParameter(segment) ? given[i] !== '' : segment === given[i]))
  );
}

/** Undefined when a segment is not properly percent-encoded: no such thing exists. */
function paramsOf(segments: readonly string[], given: readonly string[]): Record<string, string> | undefined {
  try {
    return Object.fromEntries(
      segments.flatMap((segment, i) =>
        isParameter(segment) ? [[segment.slice(1, -1), decodeURIComponent(given[i] ?? '')]] : [],
      ),
    );
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}

function compareShape(a: readonly string[], b: readonly string[]): number {
  const differing = a.findIndex((segment, i) => isParameter(segment) !== isParameter(b[i] ?? ''));
  return differing < 0 ? 0 : isParameter(a[differing] ?? '') ? 1 : -1;
}
