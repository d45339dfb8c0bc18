// `GET /v1/telemetry/saturation`: how full a service's functions and queues are, and when they will be.
import { parseDuration } from '../../../middleware/kernel/units.ts';
import { readMergeProgress } from '../../../store/items/merge-progress.ts';
import type { Table } from '../../../store/port.ts';
import { badRequest, json, requireScope, route, type Route } from '../../api/index.ts';
import { sideBySide } from '../../api/passes.ts';
import { readSeen } from '../coverage/seen.ts';
import { requireHeardOf } from '../heard-of.ts';
import { readPublished } from '../published-rules.ts';
import { serviceOf, widened } from '../series/query.ts';
import { readSums } from '../series/read.ts';
import { Reader } from '../series/reader.ts';
import { settledFor, shownSettled } from '../series/settled.ts';
import { DAY_MS, HOUR_MS, resolutionOf } from '../series/span.ts';
import { inboundSubject, SERVICE, type SubjectName } from '../sums/subject.ts';
import { readSaturation } from './described.ts';
import { gaugeOf } from './gauge.ts';
import type { Asked, Platform, QueueState } from './platform.ts';
import { queuesOf } from './queues.ts';
import { shownFunctions, shownQueue, shownTable, type Reserved } from './shown.ts';
import { Used } from './used.ts';

const USUAL_WINDOW_MS = 6 * HOUR_MS;
const LONGEST_WINDOW_MS = 7 * DAY_MS;
const FINE_STEP_MS = 5 * 60_000;
/** Functions and queues that AWS is asked about for one answer. */
const MOST_ASKED = 40;
const AT_ONCE = 8;

export function saturationRoutes(table: Table, platform: Platform): Route[] {
  return [
    route('GET', '/v1/telemetry/saturation', 'viewer', readSaturation, async ({ query, caller, at }) => {
      const service = serviceOf(query);
      requireScope(caller, service);
      const windowMs = windowOf(query.get('window'));
      const settled = settledFor(service, await readMergeProgress(table), at);
      const stepMs = windowMs <= DAY_MS ? FINE_STEP_MS : HOUR_MS;
      const span = { ...widened(at - windowMs, at, stepMs), stepMs, settled };
      const reader = new Reader(table, service);
      const usedOf = async (subject: SubjectName) => {
        const used = new Used(span);
        const wanted = { resolution: resolutionOf(stepMs), from: span.from, to: span.to, nowMs: at, settled };
        await readSums(reader, subject, wanted, { add: (from, data) => used.add(from, data) });
        return used;
      };

      const [used, seen, rules, account] = await Promise.all([
        usedOf(SERVICE),
        readSeen(table, service, { settled, nowMs: at, names: true }),
        readPublished(table, service),
        platform.accountLimits(),
      ]);
      if (reader.items === 0 && !rules) await requireHeardOf(table, service);

      const reserved = new Map<string, Reserved>();
      const names = [...used.environments().keys()].slice(0, MOST_ASKED);
      await sideBySide(
        AT_ONCE,
        names,
        async (name) => void reserved.set(name, await platform.reservedConcurrency(name)),
      );

      const queues: ReturnType<typeof shownQueue>[] = [];
      await sideBySide(AT_ONCE, queuesOf(rules?.document, seen.sources).slice(0, MOST_ASKED), async (name) => {
        const [ages, state] = await Promise.all([usedOf(inboundSubject(`queue:${name}`)), platform.queue(name)]);
        queues.push(shownQueue(name, ages, state, await deadLetters(state), at));
      });

      return json({
        service,
        from: new Date(span.from).toISOString(),
        to: new Date(span.to).toISOString(),
        stepMs,
        ...shownSettled(settled, span.to, at),
        functions: shownFunctions(used, account, (name) => reserved.get(name), at),
        memoryMb: gaugeOf(used.memory(), used.limit('memoryLimitMb'), at),
        tmpMb: gaugeOf(used.tmp(), used.limit('tmpLimitMb'), at),
        timeMs: gaugeOf(used.time(), used.limit('timeoutMs'), at),
        table: shownTable(used),
        queues: queues.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
        ...(reader.unreadable > 0 ? { unreadable: reader.unreadable } : {}),
      });
    }),
  ];

  async function deadLetters(state: Asked<QueueState>): Promise<Asked<QueueState> | undefined> {
    if ('unknown' in state || state.deadLetters === undefined) return undefined;
    return platform.queue(state.deadLetters);
  }
}

/** How far is looked back. @throws {Problem} 400 saying what it takes. */
function windowOf(text: string | null): number {
  if (text === null) return USUAL_WINDOW_MS;
  let ms = 0;
  try {
    ms = parseDuration(text);
  } catch {
    // Refused below, with what can be said.
  }
  if (ms < HOUR_MS || ms > LONGEST_WINDOW_MS) {
    throw badRequest('window is how far to look back: a duration from 1h to 7d, such as 6h.');
  }
  return ms;
}
