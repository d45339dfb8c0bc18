// The source of what services have to say: each judge looks at one kind of thing, once a minute, and fails alone.
import { pagesOf } from '../../api/passes.ts';
import { knownServices } from '../../telemetry/known-services.ts';
import { readPublished } from '../../telemetry/published-rules.ts';
import { settledFor, type Settled } from '../../telemetry/series/settled.ts';
import { errorFields } from '../../../middleware/kernel/logger.ts';
import { listOpenAlerts } from '../../../store/items/alerts.ts';
import { readMergeProgress } from '../../../store/items/merge-progress.ts';
import type { Table } from '../../../store/port.ts';
import type { Condition } from '../condition.ts';
import type { Source, SourceParts, Subject } from '../tick-parts.ts';
import { breakers } from './breakers.ts';
import { conditionsBy } from './built-in.ts';
import { burstRules } from './bursts.ts';
import { fleet } from './fleet.ts';
import { keyOf, type Judge } from './judge.ts';
import { objectives } from './objectives.ts';
import { quotas } from './quotas.ts';
import { alertRules } from './rules.ts';
import { saturation } from './saturation.ts';
import { throttles } from './throttles.ts';

const JUDGES: readonly Judge[] = [breakers, throttles, quotas, objectives, alertRules, burstRules, fleet, saturation];
const KINDS = new Set(JUDGES.map(({ kind }) => kind));
const MINUTE_MS = 60_000;
const PAGE = 50;
const OPEN_PAGE = 500;

export const services: Source = {
  name: 'services',
  async *subjects(parts) {
    const { table, clock } = parts;
    const [known, progress, open] = await Promise.all([
      knownServices(table),
      readMergeProgress(table),
      firingByService(table),
    ]);
    const nowMs = clock.now();
    // A service that is no more has open alerts still: they are over.
    const names = turned([...new Set([...known, ...open.keys()])], Math.floor(nowMs / MINUTE_MS) * PAGE);
    for (let first = 0; first < names.length; first += PAGE) {
      yield names
        .slice(first, first + PAGE)
        .map((service) =>
          subjectOf(parts, { service, settled: settledFor(service, progress, nowMs), firing: open.get(service) ?? [] }),
        );
    }
  },
};

/** From another one on each minute: when time runs out, it is not always for the same. Pure. */
export function turned<T>(all: readonly T[], by: number): T[] {
  const first = by % Math.max(1, all.length);
  return [...all.slice(first), ...all.slice(0, first)];
}

interface Looked {
  readonly service: string;
  readonly settled: Settled;
  /** What fires of it, as it was last seen. */
  readonly firing: readonly Condition[];
}

function subjectOf({ table, clock, logger }: SourceParts, { service, settled, firing }: Looked): Subject {
  return {
    name: `service ${service}`,
    conditions: async () => {
      const published = await readPublished(table, service);
      if (published && published.document === undefined) {
        logger.error('the rules of a service cannot be read: nothing is said of it', { of: service });
        return [rulesCondition(service, clock.now(), false)];
      }
      const rules = published?.document ?? {};
      const nowMs = clock.now();
      const judged = await Promise.allSettled(
        JUDGES.map((judge) => conditionsBy(judge, { table, service, nowMs, rules, settled })),
      );
      const found = judged.flatMap((one, i) => {
        if (one.status === 'fulfilled') return one.value;
        // What one judge cannot tell is left as it is; the others go on.
        const failed = { of: service, kind: JUDGES[i]?.kind, ...errorFields(one.reason) };
        logger.error('something of a service could not be judged', failed);
        return [];
      });
      const there = new Set(
        JUDGES.flatMap(({ kind, names }) => names(rules).map((name) => keyOf(kind, service, name))),
      );
      const removed = firing.filter(({ kind, key }) => KINDS.has(kind) && !there.has(key));
      return [rulesCondition(service, nowMs, true), ...found, ...removed.map((condition) => gone(condition, nowMs))];
    },
  };
}

const rulesKey = (service: string) => keyOf('flyball', service, 'rules');

/** Whose rules cannot be read is watched by nobody: of that somebody is told in place of all that would be. */
function rulesCondition(service: string, nowMs: number, readable: boolean): Condition {
  const about = { key: rulesKey(service), kind: 'flyball' as const, service, name: 'rules', severity: 'high' as const };
  return readable
    ? { ...about, firing: false, since: nowMs, summary: `the rules of ${service} can be read` }
    : {
        ...{ ...about, firing: true, since: nowMs },
        summary: `the rules of ${service} cannot be read: they are damaged, or a newer flyball has written them`,
      };
}

/** Of what rules do not have any more: nothing would ever say that it is well. */
const gone = (condition: Condition, nowMs: number): Condition => ({
  ...condition,
  firing: false,
  since: nowMs,
  summary: `${condition.name} is in no rules of ${condition.service} that are in force any more`,
});

async function firingByService(table: Table): Promise<Map<string, Condition[]>> {
  const firing = new Map<string, Condition[]>();
  const pages = pagesOf(async (cursor) => {
    // The tick itself says which of them cannot be read.
    const { alerts: found, cursor: next } = await listOpenAlerts(table, { limit: OPEN_PAGE, cursor });
    return { found, ...(next === undefined ? {} : { cursor: next }) };
  });
  for await (const page of pages) {
    for (const { status, condition } of page) {
      const ours = KINDS.has(condition.kind) || condition.key === rulesKey(condition.service);
      if (status !== 'firing' || !ours) continue;
      firing.set(condition.service, [...(firing.get(condition.service) ?? []), condition]);
    }
  }
  return firing;
}
