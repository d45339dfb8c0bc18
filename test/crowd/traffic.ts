// What the crowd's services have counted: each five minutes' edges, and the day so far, written as the merge writes them.
import type { SumData } from '../../functions/telemetry/sums/data.ts';
import { Slot } from '../../functions/telemetry/sums/slot.ts';
import { dependencySubject, inboundSubject, SERVICE } from '../../functions/telemetry/sums/subject.ts';
import { edgesOf } from '../../functions/telemetry/topology/edges.ts';
import { sideBySide } from '../../functions/api/passes.ts';
import { Histogram } from '../../middleware/telemetry/histogram.ts';
import { putEdges } from '../../store/items/edges.ts';
import { putSeries } from '../../store/items/series.ts';
import type { Table } from '../../store/port.ts';
import { crossings, SERVICES, type Crossing } from './graph.ts';

export const MINUTE = 60_000;
export const FIVE_MINUTES = 5 * MINUTE;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Enough to tell percentiles of. */
const DURATIONS = 40;
const AT_ONCE = 64;

const ALL = crossings();
const histograms = new Map<number, string>();

/** Puts what all services counted of each other in the five minutes from `from`. `isFailing`: what fails has begun to. */
export async function putFiveMinutes(table: Table, from: number, isFailing: boolean): Promise<void> {
  const slots = slotsOf((from / FIVE_MINUTES) % 3, isFailing);
  await sideBySide(AT_ONCE, [...slots], async ([service, slot]) => {
    await putEdges(table, 'hour', { service, from, data: edgesOf(slot) ?? {} });
  });
}

/** Puts the hours' items of the calls that come to fail, one slot for each five minutes of `stretches`. */
export async function putFailingHours(
  table: Table,
  stretches: readonly { readonly from: number; readonly isFailing: boolean }[],
): Promise<void> {
  for (const crossing of ALL.filter(({ failed }) => failed > 0)) {
    const [service, callee] = [serviceOf(crossing.from), serviceOf(crossing.to)];
    if (service === undefined || callee === undefined) continue;
    const subject = dependencySubject(callee);
    const hours = Map.groupBy(stretches, ({ from }) => Math.floor(from / HOUR) * HOUR);
    for (const [from, slots] of hours) {
      const data = slots.map((slot): [string, SumData] => [
        String((slot.from - from) / FIVE_MINUTES),
        sumOf(crossing, (slot.from / FIVE_MINUTES) % 3, slot.isFailing),
      ]);
      await putSeries(table, { kind: 'hour', service, subject }, { from, data: { slots: Object.fromEntries(data) } });
    }
  }
}

/** Puts the day's hours that are over, of all that each service counted. */
export async function putToday(table: Table, nowMs: number): Promise<void> {
  const from = Math.floor(nowMs / DAY) * DAY;
  const hours = Array.from({ length: Math.floor((nowMs - from) / HOUR) }, (_, hour) => hour);
  await sideBySide(AT_ONCE, [...slotsOf(0, false)], async ([service, slot]) => {
    await putSeries(table, { kind: 'overview', service }, { from, data: { ...slot.data(), hours } });
  });
}

/** Of five minutes, by service. */
function slotsOf(ebb: number, isFailing: boolean): ReadonlyMap<string, Slot> {
  const slots = new Map(SERVICES.map((name) => [name, slotOf(name)] as const));
  for (const crossing of ALL) {
    const sum = sumOf(crossing, ebb, isFailing);
    const [caller, callee] = [serviceOf(crossing.from), serviceOf(crossing.to)];
    const called = callee === undefined ? crossing.to : `function:${functionOf(callee)}`;
    if (caller !== undefined) {
      const name = callee ?? crossing.to.slice(crossing.to.indexOf(':') + 1);
      slots.get(caller)?.addSum(dependencySubject(name), { ...sum, target: called });
    }
    if (callee === undefined) continue;
    const slot = slots.get(callee);
    slot?.addSum(inboundSubject(crossing.from === 'internet' ? 'http' : crossing.from), sum);
    slot?.addSum(SERVICE, sum);
  }
  return slots;
}

function slotOf(name: string): Slot {
  const slot = new Slot();
  slot.addSum(SERVICE, { instances: 2, functions: { [`${functionOf(name)}:1`]: 2 } });
  return slot;
}

const functionOf = (service: string) => `crowd-prod-${service}`;
const serviceOf = (id: string) => (id.startsWith('service:') ? id.slice('service:'.length) : undefined);

function sumOf({ count, typicalMs, failed, refused }: Crossing, ebb: number, isFailing: boolean) {
  const all = Math.ceil(count * (1 - ebb / 10));
  const errors = isFailing ? Math.round(all * failed) : 0;
  const refusals = Math.round(all * refused);
  return {
    outcomes: { ok: all - errors - refusals, '5xx': errors, refused: refusals },
    durations: durationsAround(typicalMs),
    maxMs: typicalMs * 3,
  };
}

function durationsAround(typicalMs: number): string {
  const known = histograms.get(typicalMs);
  if (known !== undefined) return known;
  const histogram = new Histogram();
  for (let n = 0; n < DURATIONS; n++) histogram.record(typicalMs * (0.6 + (n * n) / 666));
  const packed = Buffer.from(histogram.encode()).toString('base64');
  histograms.set(typicalMs, packed);
  return packed;
}
