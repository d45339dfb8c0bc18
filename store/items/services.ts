// The list of services that have rules, one item each in one partition.
import { keys } from '../keys.ts';
import type { Table } from '../port.ts';
import { fieldsOf, ITEM_VERSION } from './fields.ts';

export interface ServiceEntry {
  readonly service: string;
  /** When it was first given a draft or rules, in ms since the epoch. */
  readonly since: number;
}

/** Puts a service on the list; one that is there stays as it is. */
export async function listService(table: Table, service: string, at: number): Promise<void> {
  await table.put({
    item: { ...keys.service(service), v: ITEM_VERSION, since: at },
    condition: 'attribute_not_exists(pk)',
  });
}

/** One service of the list; undefined when it is not on it. */
export async function readService(table: Table, service: string): Promise<ServiceEntry | undefined> {
  const item = await table.get(keys.service(service));
  return item && { service, since: fieldsOf(item).number('since') };
}

/** The services in alphabetical order, page by page. */
export async function listServices(
  table: Table,
  page: { readonly cursor?: string; readonly limit?: number; readonly consistent?: boolean } = {},
): Promise<{ readonly services: ServiceEntry[]; readonly cursor?: string }> {
  const { pk } = keys.service('');
  const { items, cursor } = await table.query({ pk, ...page });
  const services = items.map((item) => {
    const { text, number } = fieldsOf(item);
    return { service: text('sk'), since: number('since') };
  });
  return { services, ...(cursor === undefined ? {} : { cursor }) };
}
