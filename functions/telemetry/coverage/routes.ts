// `GET /v1/telemetry/coverage`: what runs and nobody looks after, by function and by service.
import { readMergeProgress } from '../../../store/items/merge-progress.ts';
import type { Table } from '../../../store/port.ts';
import { inScope, json, pageOf, route, sealCursor, type Route } from '../../api/index.ts';
import { sideBySide } from '../../api/passes.ts';
import { knownServices } from '../known-services.ts';
import { readPublished } from '../published-rules.ts';
import { settledFor } from '../series/settled.ts';
import { orUnreadable, UNREADABLE, type OrUnreadable } from '../../api/unreadable.ts';
import type { AskDeployed } from './deployed.ts';
import { readCoverage } from './described.ts';
import { coverageOf, type ServiceCoverage } from './missing.ts';
import { FUNCTIONS_SEEN_MS, readSeen, type Seen } from './seen.ts';

const AT_ONCE = 8;
const LIST = 'coverage';

export interface CoverageParts {
  readonly table: Table;
  readonly deployed: AskDeployed;
  /** With which the names of this stack's functions begin. */
  readonly prefix: string;
  /** How many bytes may be read of one service. */
  readonly most?: number;
}

export function coverageRoutes({ table, deployed, prefix, most }: CoverageParts): Route[] {
  return [
    route('GET', '/v1/telemetry/coverage', 'viewer', readCoverage, async (request) => {
      const { caller, at } = request;
      const { limit, cursor: after = '' } = pageOf(request, LIST);
      const [known, progress] = await Promise.all([knownServices(table), readMergeProgress(table)]);
      const seenOf = (service: string, names: boolean) =>
        orUnreadable(() =>
          readSeen(table, service, { settled: settledFor(service, progress, at), nowMs: at, names, most }),
        );
      const rest = known.filter((service) => service > after && inScope(caller, service));
      const shown = rest.slice(0, limit);
      const [services, functions] = await Promise.all([
        each(shown, async (service) =>
          coverageOf(service, await orUnreadable(() => readPublished(table, service)), await seenOf(service, true)),
        ),
        // What belongs to no service is nothing to a key for some; and one page says it.
        after === '' && caller.services === undefined ? functionsNow() : undefined,
      ]);
      const last = shown.at(-1);
      return json({
        at: new Date(at).toISOString(),
        ...(functions ? { functions } : {}),
        services: services.toSorted(byName),
        ...(last !== undefined && rest.length > shown.length ? { cursor: sealCursor(LIST, last) } : {}),
      });

      async function functionsNow() {
        const [there, seen] = await Promise.all([
          deployed(prefix, at),
          each(known, async (service) => [service, await seenOf(service, false)] as const),
        ]);
        const since = new Date(at - FUNCTIONS_SEEN_MS).toISOString();
        if ('unknown' in there) return { since, unknown: there.unknown };
        const claims = claimsOf(seen);
        const claimed = there.functions
          .map((name) => ({ name, by: claims.get(name) ?? [] }))
          .filter(({ by }) => by.length > 1);
        const unreadable = seen.flatMap(([service, one]) => (one === UNREADABLE ? [service] : []));
        return {
          since,
          deployed: there.functions.length,
          withoutTelemetry: there.functions.filter((name) => !claims.has(name)),
          ...(claimed.length > 0 ? { claimed } : {}),
          ...(unreadable.length > 0 ? { unreadable: unreadable.sort() } : {}),
          ...(there.more ? { more: true } : {}),
        };
      }
    }),
  ];
}

/** The services that report as a function, by its name. Any may say so of any: none hides that another does. */
function claimsOf(seen: readonly (readonly [string, OrUnreadable<Seen>])[]): ReadonlyMap<string, readonly string[]> {
  const claims = new Map<string, string[]>();
  for (const [service, one] of seen.toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    if (one === UNREADABLE) continue;
    for (const name of one.functions) claims.set(name, [...(claims.get(name) ?? []), service]);
  }
  return claims;
}

async function each<From, To>(list: readonly From[], read: (one: From) => Promise<To>): Promise<To[]> {
  const found: To[] = [];
  await sideBySide(AT_ONCE, list, async (one) => void found.push(await read(one)));
  return found;
}

const byName = (a: ServiceCoverage, b: ServiceCoverage) => (a.service < b.service ? -1 : 1);
