// `GET /v1/telemetry/coverage`: what runs and nobody looks after, by function and by service.
import { readMergeProgress } from '../../../store/items/merge-progress.ts';
import type { Table } from '../../../store/port.ts';
import { inScope, json, pageOf, route, sealCursor, type Route } from '../../api/index.ts';
import { sideBySide } from '../../api/passes.ts';
import { knownServices } from '../known-services.ts';
import { readPublished } from '../published-rules.ts';
import { settledFor } from '../series/settled.ts';
import { orUnreadable, UNREADABLE } from '../../api/unreadable.ts';
import { claimsOf, lookingAround } from './claims.ts';
import type { AskDeployed } from './deployed.ts';
import { readCoverage } from './described.ts';
import { coverageOf, type ServiceCoverage } from './missing.ts';
import { FUNCTIONS_SEEN_MS, readSeen } from './seen.ts';

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
  const lookAround = lookingAround();
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
        const since = new Date(at - FUNCTIONS_SEEN_MS).toISOString();
        const there = await deployed(prefix, at);
        // Who claims what nobody can list is no matter.
        if ('unknown' in there) return { since, unknown: there.unknown };
        const looks = await lookAround(known, (service) => seenOf(service, false), at);
        const claims = claimsOf(looks);
        const claimed = there.functions
          .map((name) => ({ name, by: claims.get(name) ?? [] }))
          .filter(({ by }) => by.length > 1);
        const unreadable = looks.flatMap(({ service, functions }) => (functions === UNREADABLE ? [service] : []));
        return {
          since,
          lookedAt: new Date(Math.min(at, ...looks.map(({ atMs }) => atMs))).toISOString(),
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

async function each<From, To>(list: readonly From[], read: (one: From) => Promise<To>): Promise<To[]> {
  const found: To[] = [];
  await sideBySide(AT_ONCE, list, async (one) => void found.push(await read(one)));
  return found;
}

const byName = (a: ServiceCoverage, b: ServiceCoverage) => (a.service < b.service ? -1 : 1);
