// Explains a walk down the routing tree: which routes were looked at, which fitted, and why the others did not. Pure.
import type { Matcher, RouteNode, Routed } from './document.ts';
import { matches } from './matches.ts';

export interface Visited {
  /** `/route/routes/0` */
  readonly route: string;
  readonly fits: boolean;
  /** It decides: nothing below it fits. */
  readonly decides: boolean;
  /** What the alert has, and what the route wants instead; undefined when it fits. */
  readonly because?: string;
}

/**
 * The routes that are looked at for an alert, in order. Those behind the first that fits are not, unless it says `continue`.
 * Whoever has a key for some services learns no names of others: what `isScoped` does not say is whom else a route is for.
 */
export function walkOf(node: RouteNode, alert: Routed, { isScoped = false } = {}): Visited[] {
  const below: Visited[] = [];
  let fitting = false;
  for (const child of node.routes) {
    if (!matches(child.match, alert)) {
      below.push({ route: child.path, fits: false, decides: false, because: missOf(child.match, alert, isScoped) });
      continue;
    }
    fitting = true;
    below.push(...walkOf(child, alert, { isScoped }));
    if (!child.continue) break;
  }
  return [{ route: node.path, fits: true, decides: !fitting }, ...below];
}

/** Names nobody and nothing of anybody. */
const SAME_FOR_ALL: ReadonlySet<keyof Matcher> = new Set(['kind', 'severity']);

/** The first field that does not fit. */
function missOf(matcher: Matcher, alert: Routed, isScoped: boolean): string {
  for (const [field, wanted] of Object.entries(matcher) as [keyof Matcher, readonly string[] | undefined][]) {
    if (wanted === undefined || matches({ [field]: wanted }, alert)) continue;
    const own = field === 'tag' ? alert.tags?.join(', ') : alert[field];
    const others = isScoped && !SAME_FOR_ALL.has(field) ? 'what this route is for' : wanted.join(' or ');
    return `${field} is ${own === undefined || own === '' ? 'not given' : own}, not ${others}`;
  }
  return '';
}
