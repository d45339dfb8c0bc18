// Which channels of the routing of alerts a key for some services may see and name: not those of other teams alone. Pure.
import { compileGlob } from '../../../middleware/kernel/glob.ts';

/** A service of the key, and whose it is. */
export interface Owned {
  readonly service: string;
  readonly owner: string | undefined;
}

/**
 * Those that its owners have or that a route names which an alert of its checks may come to, in whatever order routes are
 * looked at; and those that nobody names, which are for checks that do. The document is as it is kept.
 */
export function channelsInScope(document: unknown, owned: readonly Owned[]): (name: string) => boolean {
  const { owners, route } = objectOf(document);
  const own = new Set(owned.flatMap(({ owner }) => (owner === undefined ? [] : channelsOfOwner(owners, owner))));
  const others = new Set(Object.keys(objectOf(owners)).flatMap((owner) => channelsOfOwner(owners, owner)));
  const walk = (node: unknown, reached: readonly Owned[]): void => {
    const { channels, escalate, routes } = objectOf(node);
    const named = [...textsOf(channels), ...listOf(escalate).flatMap((step) => textsOf(objectOf(step)['channels']))];
    for (const name of named) (reached.length > 0 ? own : others).add(name);
    for (const child of listOf(routes)) {
      const { match } = objectOf(child);
      walk(
        child,
        reached.filter((one) => mayFit(match, one)),
      );
    }
  };
  walk(route, owned);
  return (name) => own.has(name) || !others.has(name);
}

/** Of what else an alert of a check is matched by, its severity, name and tags, nothing is certain. */
function mayFit(match: unknown, { service, owner }: Owned): boolean {
  const { service: services, owner: owners, kind } = objectOf(match);
  return fits(services, service) && fits(owners, owner) && fits(kind, 'check');
}

function fits(patterns: unknown, own: string | undefined): boolean {
  if (patterns === undefined) return true;
  return own !== undefined && textsOf(patterns).some((pattern) => compileGlob(pattern)(own));
}

const channelsOfOwner = (owners: unknown, name: string): string[] =>
  Object.hasOwn(objectOf(owners), name) ? textsOf(objectOf(objectOf(owners)[name])['channels']) : [];

const objectOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const textsOf = (value: unknown): string[] => listOf(value).filter((one) => typeof one === 'string');
