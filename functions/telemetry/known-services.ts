// The services there are: those that have rules, and those that report without.
import { listReporting } from '../../store/items/reporting.ts';
import { listServices } from '../../store/items/services.ts';
import type { Table } from '../../store/port.ts';
import { pagesOf } from '../api/passes.ts';

/** Told of at most, the first by name. */
const MOST_SERVICES = 1_000;

/** In alphabetical order. */
export async function knownServices(table: Table): Promise<string[]> {
  const known = new Set<string>();
  const listed = pagesOf(async (cursor) => {
    const { services, ...rest } = await listServices(table, cursor === undefined ? {} : { cursor });
    return { found: services.map(({ service }) => service), ...rest };
  });
  const reporting = pagesOf(async (cursor) => {
    const { services, ...rest } = await listReporting(table, cursor === undefined ? {} : { cursor });
    return { found: services, ...rest };
  });
  // Each list is in alphabetical order, and more than are told of need not be read.
  for (const pages of [listed, reporting]) {
    let read = 0;
    for await (const page of pages) {
      for (const name of page) known.add(name);
      if ((read += page.length) >= MOST_SERVICES) break;
    }
  }
  return [...known].sort().slice(0, MOST_SERVICES);
}
