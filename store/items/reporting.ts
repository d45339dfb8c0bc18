// Services that report telemetry and have no rules, as the merge has noted them: one item each in one partition.
import { keys } from '../keys.ts';
import type { Table } from '../port.ts';

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
