// Checks by their place in the list of all: pages go on after a part of a UUID, since whoever knows all of one may ping.
import { keys } from '../keys.ts';
import type { Table } from '../port.ts';
import { fieldsOf } from './fields.ts';

export interface CheckEntry {
  readonly service: string;
  readonly uuid: string;
}

/** Twelve of the digits: enough to tell checks apart, and far too few to guess the rest. */
const TOLD = 13;

/** What tells where a list has come to, and lets nobody ping. */
export const placeOf = ({ service, uuid }: CheckEntry): string => `${service}#${uuid.slice(0, TOLD)}`;

/** The entries of one service's checks or of all, in order of service and UUID, from behind a place on. */
export async function listCheckEntries(
  table: Table,
  page: { readonly service?: string | undefined; readonly limit: number; readonly after?: string | undefined },
): Promise<{ readonly entries: CheckEntry[]; readonly more: boolean }> {
  const { service, limit, after } = page;
  const first = service === undefined ? '!' : keys.checkEntry(service, '').sk;
  const to = service === undefined ? '~' : `${first}~`;
  // Whatever place is asked for: of one service, no other's.
  const from = after !== undefined && `${after}~` > first ? `${after}~` : first;
  if (from > to) return { entries: [], more: false };
  const { items, cursor } = await table.query({
    pk: keys.checkEntry('', '').pk,
    sk: { between: [from, to] },
    limit,
  });
  const entries = items.map((item) => {
    const { text } = fieldsOf(item);
    return { service: text('service'), uuid: text('uuid') };
  });
  return { entries, more: cursor !== undefined };
}
