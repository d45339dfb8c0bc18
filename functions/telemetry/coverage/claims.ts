// Which services report as which functions: of many services some are looked at anew for each answer, the others as they were.
import { sideBySide } from '../../api/passes.ts';
import { UNREADABLE, type OrUnreadable } from '../../api/unreadable.ts';
import type { Seen } from './seen.ts';

/** What was heard of a service, and when that was asked. */
export interface Look {
  readonly service: string;
  readonly atMs: number;
  readonly functions: OrUnreadable<Seen['functions']>;
}

/** Looks of all the services. */
export type LookAround = (
  services: readonly string[],
  look: (service: string) => Promise<OrUnreadable<Seen>>,
  nowMs: number,
) => Promise<readonly Look[]>;

const AT_ONCE = 8;
/** Services that are looked at anew for one answer, those that were longest ago: each costs some three queries. */
const MOST_ANEW = 100;
/** Looks that are older are no answer: with a question every five minutes all services have had their turn by then. */
const REMEMBERED_MS = 3_600_000;

/** Remembers what it has seen for as long as an environment lives; the first time it looks at all there are. */
export function lookingAround(): LookAround {
  let remembered: ReadonlyMap<string, Look> = new Map();
  return async (services, look, nowMs) => {
    const known = services.flatMap((service) => {
      const last = remembered.get(service);
      return last !== undefined && nowMs - last.atMs < REMEMBERED_MS ? [last] : [];
    });
    const looks = new Map(known.map((last) => [last.service, last]));
    const strange = services.filter((service) => !looks.has(service));
    const turns = known
      .toSorted((a, b) => a.atMs - b.atMs)
      .slice(0, Math.max(0, MOST_ANEW - strange.length))
      .map(({ service }) => service);
    await sideBySide(AT_ONCE, [...strange, ...turns], async (service) => {
      const seen = await look(service);
      looks.set(service, { service, atMs: nowMs, functions: seen === UNREADABLE ? UNREADABLE : seen.functions });
    });
    remembered = looks;
    return [...looks.values()];
  };
}

/** The services that report as a function, by its name. Any may say so of any: none hides that another does. */
export function claimsOf(looks: readonly Look[]): ReadonlyMap<string, readonly string[]> {
  const claims = new Map<string, string[]>();
  for (const { service, functions } of looks.toSorted((a, b) => (a.service < b.service ? -1 : 1))) {
    if (functions === UNREADABLE) continue;
    for (const name of functions) claims.set(name, [...(claims.get(name) ?? []), service]);
  }
  return claims;
}
