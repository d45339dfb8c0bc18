// Whether a service is known at all: a name misspelt must not look like an outage.
import { isReporting } from '../../store/items/reporting.ts';
import { readService } from '../../store/items/services.ts';
import type { Table } from '../../store/port.ts';
import { notFound } from '../api/index.ts';

/** @throws {Problem} 404 for a service that neither has rules nor reports. */
export async function requireHeardOf(table: Table, service: string): Promise<void> {
  const [listed, reporting] = await Promise.all([readService(table, service), isReporting(table, service)]);
  if (listed !== undefined || reporting) return;
  throw notFound(`The service ${service} has no rules, and nothing is recorded of it in this range.`);
}
