// The merge's tick: what instances put becomes series, minute by minute, for every service there is. Each tick does anew what
// is not done for good, so that one that dies, or runs twice, changes nothing.
import type { Clock, Random } from '../../../middleware/kernel/clock.ts';
import { errorFields, type Logger } from '../../../middleware/kernel/logger.ts';
import { commitTurn, EVERY_SERVICE, takeTurn, type OpenRange } from '../../../store/items/merge-progress.ts';
import { Superseded } from '../../../store/items/series.ts';
import type { Table } from '../../../store/port.ts';
import { sideBySide } from '../../api/passes.ts';
import type { SlotData } from '../sums/data.ts';
import { knownServices, type Known } from './known.ts';
import type { Memory } from './memory.ts';
import { countOpen, newestOpen, opened, openMinutes, settled, since, type Open } from './open.ts';
import { FAIR_MS, OutOfTime, Pace, TIME_TO_STOP_MS } from './pace.ts';
import { patientTable } from './patient.ts';
import { mergeService, type ServiceWork } from './service.ts';
import { floorTo, MERGEABLE_MS, MINUTE_MS, type Turn } from './turn.ts';

/** Services merged at once. */
const SIDE_BY_SIDE = 8;
/** Minutes that are not over for good: instances put them until two and a half minutes after they began. */
const PARTIAL_MINUTES = 2;
/** Late minutes of a service that one tick merges: what they are summed up to is written anew. */
const MOST_LATE = 60;
/** How far back a service is looked at that nobody knew. */
const FRESH_MS = 60 * MINUTE_MS;
/** Minutes that are caught up with in one go; of many services fewer, since what is told of them waits in memory. */
const LONGEST_CHUNK_MS = 60 * MINUTE_MS;
const SHORTEST_CHUNK_MS = 5 * MINUTE_MS;
const SERVICE_MINUTES_AT_ONCE = 3_000;
/** Older than this, the environment forgets what it put. */
const REMEMBERED_MS = 10 * MINUTE_MS;

/** Prepares what others are told of a minute that is merged for good; it is told only if nobody else can tell the same. */
export type Exporter = (
  table: Table,
  service: string,
  from: number,
  data: SlotData,
) => Promise<(() => void | Promise<void>) | undefined>;

export interface MergeParts {
  readonly table: Table;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Kept by the environment from tick to tick. */
  readonly memory: Memory;
  readonly exporters: readonly Exporter[];
  /** How long the tick may still take, in ms. */
  readonly remainingMs?: () => number;
}

export interface MergeReport {
  readonly services: number;
  /** Minutes of services that were merged for good, however little was counted in them. */
  closed: number;
  late: number;
  /** Services that could not be merged: their minutes stay open, and the next tick tries again. */
  failed: number;
  /** Minutes that stay open. */
  open: number;
  /** False when time ran out first. */
  complete: boolean;
  /** True when another tick began meanwhile: it does what this one left. */
  superseded: boolean;
}

export async function mergeTick(parts: MergeParts): Promise<MergeReport> {
  const { clock, random, logger, memory, remainingMs = () => Infinity } = parts;
  const hasTime = () => remainingMs() >= TIME_TO_STOP_MS;
  const table = patientTable(parts.table, clock, random, hasTime);
  const nowMs = clock.now();
  const minute = floorTo(nowMs, MINUTE_MS);
  const { fence, progress } = await takeTurn(table);
  const closing = Math.max(minute - PARTIAL_MINUTES * MINUTE_MS, progress?.upTo ?? 0);
  const oldest = floorTo(nowMs - MERGEABLE_MS, MINUTE_MS);
  memory.begin(fence, closing - REMEMBERED_MS);
  const turn: Turn = { table, fence, logger, memory, closing, oldest, remainingMs };
  const known = await knownServices(turn, nowMs);
  const report: MergeReport = {
    services: known.services.length,
    ...{ closed: 0, late: 0, failed: 0, open: 0, complete: true, superseded: false },
  };
  const failed = new Set<string>();
  /** Those that left something open, or took long: nobody else is to wait for them. */
  const last = new Set([...memory.heavy, ...Object.keys(progress?.open ?? {})]);

  const lateMerged = new Map<string, number>();
  const lateOpen = new Map(
    Object.entries(progress?.late ?? {}).flatMap(([service, [from, to]]) =>
      to > oldest ? [[service, [Math.max(from, oldest), to]] as const] : [],
    ),
  );

  /** Merges what is open of a stretch. Undefined when another tick has begun. */
  async function merge(open: Open, stretch: OpenRange, partials: readonly number[]): Promise<Open | undefined> {
    const first = known.services.filter((service) => !last.has(service));
    const now = await mergeSome(first, open, stretch, partials);
    const others = known.services.filter((service) => last.has(service));
    return now && mergeSome(others, now, stretch, partials);
  }

  /** Merges what is open of a stretch, of some services side by side, and says so. */
  async function mergeSome(
    some: readonly string[],
    open: Open,
    stretch: OpenRange,
    partials: readonly number[],
  ): Promise<Open | undefined> {
    const left = new Map(known.services.map((service) => [service, openMinutes(open, service, stretch)] as const));
    const tell: (() => void | Promise<void>)[] = [];
    const jobs = some.flatMap((service) => {
      const finals = left.get(service) ?? [];
      return failed.has(service) || finals.length + partials.length === 0 ? [] : [{ service, finals, partials }];
    });
    if (jobs.length === 0) return settled(open, stretch, left);
    const isLast = jobs.some(({ service }) => last.has(service));
    const share = remainingMs() / Math.min(jobs.length, SIDE_BY_SIDE);
    const budgetMs = isLast || known.services.length === 1 ? Math.max(FAIR_MS, share) : FAIR_MS;
    await sideBySide(SIDE_BY_SIDE, jobs, async ({ service, ...work }) => {
      const rest = await mergeOne(service, work, new Pace({ clock, budgetMs, remainingMs }), tell);
      left.set(service, rest);
    });
    if (report.superseded) return undefined;
    const now = settled(open, stretch, left);
    if (!(await commitTurn(table, fence, { upTo: closing, open: now, late: Object.fromEntries(lateOpen) }))) {
      report.superseded = true;
      return undefined;
    }
    await sideBySide(SIDE_BY_SIDE, tell, (one) => toldBy(one, logger, hasTime));
    return now;
  }

  /** Merges a service's minutes, and gives those that stay open. */
  async function mergeOne(
    service: string,
    work: Pick<ServiceWork, 'finals' | 'partials'>,
    pace: Pace,
    tell: (() => void | Promise<void>)[],
  ): Promise<number[]> {
    if (report.superseded) return [...work.finals];
    if (!hasTime()) {
      report.complete = false;
      return [...work.finals];
    }
    try {
      const mostLate = MOST_LATE - (lateMerged.get(service) ?? 0);
      const lateWork = { late: lateOpen.get(service), mostLate };
      const { closed, late, lateLeft } = await mergeService({ ...turn, pace }, service, { ...work, ...lateWork });
      lateMerged.set(service, (lateMerged.get(service) ?? 0) + late);
      if (lateLeft) lateOpen.set(service, lateLeft);
      else lateOpen.delete(service);
      if (pace.spentMs < FAIR_MS / 2) memory.heavy.delete(service);
      const told = [];
      for (const [from, data] of closed) {
        if (data) for (const prepare of parts.exporters) told.push(await prepare(table, service, from, data));
      }
      tell.push(...told.filter((one) => one !== undefined));
      report.closed += closed.size;
      report.late += late;
      if (closed.size < work.finals.length) report.complete = false;
      return work.finals.filter((at) => !closed.has(at));
    } catch (error) {
      if (error instanceof OutOfTime) memory.heavy.add(service);
      if (error instanceof Superseded) report.superseded = true;
      else if (error instanceof OutOfTime && !error.itself) report.complete = false;
      // The first time it is tried once more, after all others.
      else if (error instanceof OutOfTime && !last.has(service)) last.add(service);
      else {
        failed.add(service);
        logger.error('a service could not be merged', { of: service, ...errorFields(error) });
      }
      return [...work.finals];
    }
  }

  let open: Open | undefined = openedUntil(progress, known, turn);
  const givenUp = countOpen(open) - countOpen(since(open, oldest));
  if (givenUp > 0)
    logger.error('minutes are too old to be merged: what was counted in them is in no series', { givenUp });
  open = since(open, oldest);
  for (const service of known.fresh) open = opened(open, service, [Math.max(oldest, closing - FRESH_MS), closing]);

  const partials = Array.from({ length: PARTIAL_MINUTES }, (_, i) => closing + i * MINUTE_MS).filter(
    (at) => at < minute,
  );
  let before = closing - MINUTE_MS;
  open = await merge(open, [before, closing], partials);
  const chunkMs = chunkOf(known.services.length);
  while (open && !report.superseded) {
    const end = newestOpen(open, before);
    if (end === undefined) break;
    if (!hasTime()) {
      report.complete = false;
      break;
    }
    const from = floorTo(end - 1, chunkMs);
    open = await merge(open, [from, Math.min(before, from + chunkMs)], []);
    before = from;
  }
  report.failed = failed.size;
  report.open = open ? countOpen(open) : 0;
  return report;
}

/** At most once: what fails, or finds no time, is not told later. */
async function toldBy(tell: () => void | Promise<void>, logger: Logger, hasTime: () => boolean): Promise<void> {
  try {
    if (!hasTime()) throw new Error('the tick ran out of time');
    await tell();
  } catch (error) {
    logger.warn('a merged minute could not be told of', errorFields(error));
  }
}

/** What earlier ticks left open, and what has ended since; at first all that is still there. */
function openedUntil(
  progress: { readonly upTo: number; readonly open: Open } | undefined,
  { firstListedAt = Infinity }: Known,
  { closing, oldest }: Turn,
): Open {
  const from = progress?.upTo ?? Math.min(floorTo(Math.max(oldest, firstListedAt), MINUTE_MS), closing - MINUTE_MS);
  return opened(progress?.open ?? {}, EVERY_SERVICE, [from, closing]);
}

/** Whole hours of a few services, five minutes of many: each divides an hour, so that hours are summed up seldom. */
function chunkOf(services: number): number {
  const fits = [60, 30, 20, 15, 10].map((minutes) => minutes * MINUTE_MS);
  const most = (SERVICE_MINUTES_AT_ONCE / Math.max(1, services)) * MINUTE_MS;
  return fits.find((ms) => ms <= Math.min(most, LONGEST_CHUNK_MS)) ?? SHORTEST_CHUNK_MS;
}
