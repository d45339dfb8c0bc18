// Leads browsers' preflights to the routes that answer them: serverless-offline answers those of a path for every method.

/** Where any page may ask, and is told so by the function itself. */
const ANY_PAGE = '/api/';

/** The events of a function with one of its own for preflights of what any page may ask. */
export function withPreflights(events: readonly Record<string, unknown>[]): Record<string, unknown>[] {
  return events.flatMap((event) => {
    const { httpApi } = event;
    if (typeof httpApi !== 'object' || httpApi === null) return [event];
    const { method, path } = httpApi as { readonly method?: unknown; readonly path?: unknown };
    const isOpen = method === '*' && typeof path === 'string' && path.startsWith(ANY_PAGE);
    return isOpen ? [event, { ...event, httpApi: { ...httpApi, method: 'OPTIONS' } }] : [event];
  });
}
