// Which services there are to merge: those with rules, and those whose instances have announced that they report.
import { listAnnounced, listReporting, noteReporting } from '../../../store/items/reporting.ts';
import { listServices } from '../../../store/items/services.ts';
import { pagesOf } from '../../api/passes.ts';
import { isName } from '../../api/names.ts';
import { MINUTE_MS, type Turn } from './turn.ts';

/** Instances' clocks may be ahead. */
const AHEAD_MS = MINUTE_MS;
/** Any service may put anything into the index; so many pages are looked at. */
const MOST_PAGES = 50;
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
  const { table, memory, logger } = turn;
  const listed = await collected(async (cursor) => {
    const { services, ...rest } = await listServices(table, cursor === undefined ? {} : { cursor });
    return { found: services, ...rest };
  });
  const reporting = await collected(async (cursor) => {
    const { services, ...rest } = await listReporting(table, cursor === undefined ? {} : { cursor });
    return { found: services, ...rest };
  });
  let strangers = 0;
  const announced = await collected(async (cursor) => {
    const page = await listAnnounced(table, nowMs + AHEAD_MS, {
      limit: PAGE,
      ...(cursor === undefined ? {} : { cursor }),
    });
    strangers += page.strangers;
    return { found: page.services.filter(isName), cursor: page.cursor };
  });
  if (strangers > 0)
    logger.warn('announcements of services that are not what their key says are passed over', { strangers });

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
