// Which services there are to merge: those with rules, and those whose instances have announced that they report.
import { ANNOUNCEMENT_KEPT_MS } from '../../../store/items/announcement.ts';
import { listAnnounced, listReporting, noteReporting } from '../../../store/items/reporting.ts';
import { listServices } from '../../../store/items/services.ts';
import { pagesOf } from '../../api/passes.ts';
import { isName } from '../../api/names.ts';
import { MINUTE_MS, type Turn } from './turn.ts';

/** Instances' clocks may be ahead. */
const AHEAD_MS = MINUTE_MS;
/** Instances' clocks may be behind: announcements that are older than they are kept are asked for too. */
const BEHIND_MS = 60 * MINUTE_MS;
/** Any service may put anything into the index; so many pages are looked at, and the next tick goes on there. */
const MOST_PAGES = 50;
/** Keys of strangers that are told. */
const MOST_TOLD = 3;
const LONGEST_TOLD = 200;
const PAGE = 200;
/** A service that goes on reporting is noted again. */
const NOTED_FOR_MS = 60 * MINUTE_MS;

export interface Known {
  readonly services: readonly string[];
  /** Of those, the ones nobody knew until now. */
  readonly fresh: readonly string[];
  /** When the first of those with rules was listed, epoch ms; undefined when there is none. */
  readonly firstListedAt: number | undefined;
}

export async function knownServices(turn: Turn, nowMs: number): Promise<Known> {
  const { table, memory } = turn;
  const listed = await collected(async (cursor) => {
    const { services, ...rest } = await listServices(table, cursor === undefined ? {} : { cursor });
    return { found: services, ...rest };
  });
  const reporting = await collected(async (cursor) => {
    const { services, ...rest } = await listReporting(table, cursor === undefined ? {} : { cursor });
    return { found: services, ...rest };
  });
  const announced = await announcedServices(turn, nowMs);

  const known = new Set([...listed.map(({ service }) => service), ...reporting]);
  const fresh = announced.filter((service) => !known.has(service));
  // Noted before they are merged: should this tick die, none of their minutes is told of twice.
  for (const service of announced) {
    if (nowMs - (memory.notedAt.get(service) ?? -Infinity) < NOTED_FOR_MS) continue;
    await noteReporting(table, service, nowMs);
    memory.notedAt.set(service, nowMs);
  }
  return {
    services: [...new Set([...known, ...fresh])],
    fresh: [...new Set(fresh)],
    firstListedAt: listed.length === 0 ? undefined : Math.min(...listed.map(({ since }) => since)),
  };
}

/** Those of a day; of very many those that come next. */
async function announcedServices({ table, memory, logger }: Turn, nowMs: number): Promise<string[]> {
  // A cursor is of no use with another beginning.
  const { fromMs, cursor: first } = memory.announced ?? {
    fromMs: nowMs - ANNOUNCEMENT_KEPT_MS - BEHIND_MS,
    cursor: undefined,
  };
  // Should this fail, the next tick begins anew.
  memory.announced = undefined;
  const strangers: string[] = [];
  let next: string | undefined;
  const announced = await collected(async (cursor = first) => {
    const between = [fromMs, nowMs + AHEAD_MS] as const;
    const page = await listAnnounced(table, between, { limit: PAGE, ...(cursor === undefined ? {} : { cursor }) });
    for (const key of page.strangers) strangers.push(key);
    next = page.cursor;
    return { found: page.services.filter(isName), cursor: page.cursor };
  });
  if (next !== undefined) memory.announced = { fromMs, cursor: next };
  if (strangers.length > 0)
    logger.warn('announcements of services that are not what their key says are passed over', {
      strangers: strangers.length,
      some: strangers.slice(0, MOST_TOLD).map((key) => key.slice(0, LONGEST_TOLD)),
    });
  return announced;
}

async function collected<T>(
  read: (cursor: string | undefined) => Promise<{ readonly found: readonly T[]; readonly cursor?: string | undefined }>,
): Promise<T[]> {
  const all: T[] = [];
  let pages = 0;
  for await (const page of pagesOf(read)) {
    for (const entry of page) all.push(entry);
    if (++pages >= MOST_PAGES) break;
  }
  return all;
}
