// Services that report telemetry and have no rules: announced by their instances, noted by the merge in one partition.
import { due, keys } from '../keys.ts';
import type { CallOptions, Item, Table } from '../port.ts';
import { ITEM_VERSION } from './fields.ts';

/** How long a service is known after it was last seen, in ms. */
const KNOWN_MS = 2 * 24 * 3_600_000;

/** Whether the merge knows the service by what it reports. */
export async function isReporting(table: Table, service: string): Promise<boolean> {
  return (await table.get(keys.reporting(service))) !== undefined;
}

/** Their names, in alphabetical order, page by page. */
export async function listReporting(
  table: Table,
  page: { readonly cursor?: string; readonly limit?: number } = {},
): Promise<{ readonly services: string[]; readonly cursor?: string }> {
  const { items, cursor } = await table.query({ pk: keys.reporting('').pk, ...page });
  const services = items.flatMap(({ sk }) => (typeof sk === 'string' ? [sk] : []));
  return { services, ...(cursor === undefined ? {} : { cursor }) };
}

/** Notes that the service was heard of. */
export async function noteReporting(
  table: Table,
  service: string,
  atMs: number,
  options: CallOptions = {},
): Promise<void> {
  await table.update({
    key: keys.reporting(service),
    update: 'SET #v = :v, #since = if_not_exists(#since, :at), #seenAt = :at, #expiration = :expiration',
    names: { '#v': 'v', '#since': 'since', '#seenAt': 'seenAt', '#expiration': 'expiration' },
    values: { ':v': ITEM_VERSION, ':at': atMs, ':expiration': Math.ceil((atMs + KNOWN_MS) / 1000) },
    ...options,
  });
}

export interface Announced {
  readonly services: string[];
  /** Keys of what is no announcement. */
  readonly strangers: string[];
  readonly cursor?: string;
}

/**
 * Services that have announced themselves in [fromMs, upToMs]. Any service may put items of its own into the index: those
 * that are not what their key says are left out, and told apart.
 */
export async function listAnnounced(
  table: Table,
  [fromMs, upToMs]: readonly [number, number],
  page: CallOptions & { readonly cursor?: string; readonly limit?: number } = {},
): Promise<Announced> {
  const index = { name: 'due', dueFrom: fromMs, dueUpTo: upToMs } as const;
  const { items, cursor } = await table.query({ pk: due.services, index, ...page });
  const services = items.flatMap(announcedBy);
  const strangers = items.filter((item) => announcedBy(item).length === 0);
  return {
    services,
    strangers: strangers.map(({ pk, sk }) => [pk, sk].filter((part) => typeof part === 'string').join(' ')),
    ...(cursor === undefined ? {} : { cursor }),
  };
}

function announcedBy({ pk, sk, service }: Item): string[] {
  if (typeof service !== 'string') return [];
  const key = keys.announcement(service);
  return pk === key.pk && sk === key.sk ? [service] : [];
}
