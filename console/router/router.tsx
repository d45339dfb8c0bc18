// Where the page is: the path under /console and its query, so that every view can be shared as an address.
import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';

const BASE = '/console';

export interface Place {
  /** Decoded segments behind /console: `['services', 'orders']`. */
  readonly segments: readonly string[];
  readonly query: URLSearchParams;
}

const listeners = new Set<() => void>();
const changed = () => {
  for (const listener of [...listeners]) listener();
};
addEventListener('popstate', changed);

export function placeNow(): Place {
  const { pathname, search } = location;
  const behind = pathname.startsWith(BASE) ? pathname.slice(BASE.length) : pathname;
  return {
    segments: behind
      .split('/')
      .filter((segment) => segment !== '')
      .map(decoded),
    query: new URLSearchParams(search),
  };
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** What asks before unsaved work is left; undefined when there is none. */
let guard: (() => boolean) | undefined;
// The browser asks in its own words then: it lets nobody else ask.
addEventListener('beforeunload', (event) => {
  if (guard) event.preventDefault();
});

/** While `unsaved`, leaving this view asks first. */
export function useGuard(unsaved: boolean, question: string): void {
  useEffect(() => {
    if (!unsaved) return;
    const asks = () => confirm(question);
    const mine = () => asks();
    guard = mine;
    return () => {
      if (guard === mine) guard = undefined;
    };
  }, [unsaved, question]);
}

/** Goes to a place of the page: `/services/orders?from=…`. `replace` leaves no step to go back to. */
export function go(to: string, { replace = false }: { replace?: boolean } = {}): void {
  if (guard && !replace && !guard()) return;
  history[replace ? 'replaceState' : 'pushState'](null, '', hrefOf(to));
  changed();
  if (!replace) scrollTo(0, 0);
}

export const hrefOf = (to: string): string => `${BASE}${to === '/' ? '' : to}`;

/** The path of a place, of encoded segments: `` to`/services/${name}` ``. */
export function to(parts: TemplateStringsArray, ...names: readonly string[]): string {
  return parts.reduce((made, part, i) => made + encodeURIComponent(names[i - 1] ?? '') + part);
}

export function usePlace(): Place {
  const [place, setPlace] = useState(placeNow);
  useEffect(() => {
    const listener = () => setPlace(placeNow());
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }, []);
  return place;
}

/** One parameter of the address, '' when it is not there, and how to set it (without a step to go back to). */
export function useParam(name: string, fallback = ''): readonly [string, (value: string) => void] {
  const { query } = usePlace();
  const set = (value: string) => {
    const { segments, query: present } = placeNow();
    if (value === fallback || value === '') present.delete(name);
    else present.set(name, value);
    const text = present.toString();
    go(`/${segments.map(encodeURIComponent).join('/')}${text === '' ? '' : `?${text}`}`, { replace: true });
  };
  return [query.get(name) ?? fallback, set];
}

interface LinkProps {
  to: string;
  children: ComponentChildren;
  class?: string;
  title?: string | undefined;
  /** Of what the API says. */
  lang?: 'en';
  'aria-current'?: 'page' | 'true';
  'aria-label'?: string;
}

/** A real link, which a plain click follows without loading the page anew. */
export function Link({ to: target, children, ...rest }: LinkProps) {
  return (
    <a
      {...rest}
      href={hrefOf(target)}
      onClick={(event) => {
        if (event.defaultPrevented || event.button !== 0) return;
        if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
        event.preventDefault();
        go(target);
      }}
    >
      {children}
    </a>
  );
}
