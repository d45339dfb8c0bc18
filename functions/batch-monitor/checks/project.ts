// What a caller's checks are: those of one service, as a key of healthchecks.io is for one project.
import type { Check } from '../../../store/items/check-record.ts';
import { listChecks } from '../../../store/items/checks.ts';
import type { Table } from '../../../store/port.ts';
import { isName, requireScope, type ApiRequest } from '../../api/index.ts';
import { bad } from './dialect.ts';

/** Of checks that a key for all services makes without naming one. */
export const DEFAULT_PROJECT = 'default';

/** The service that `?service=` names, or the one that the key is for. @throws {Problem} 400, 403 out of scope. */
export function projectOf({ caller, query }: ApiRequest): string {
  const named = query.get('service');
  if (named !== null) {
    if (!isName(named)) throw bad('service is not the name of a service');
    requireScope(caller, named);
    return named;
  }
  const { services = [DEFAULT_PROJECT] } = caller;
  const [only, ...others] = services;
  if (only === undefined || others.length > 0) {
    throw bad(`this key is for several services; add ?service= and one of ${services.join(', ')}`);
  }
  return only;
}

const PAGE = 500;

/** All checks of a service that can be read, and how many others it has: healthchecks.io knows no pages. */
export async function allChecks(
  table: Table,
  service: string,
): Promise<{ readonly checks: readonly Check[]; readonly unreadable: number }> {
  const checks: Check[] = [];
  let unreadable = 0;
  let cursor: string | undefined;
  do {
    const page = await listChecks(table, service, { limit: PAGE, cursor });
    checks.push(...page.checks);
    unreadable += page.unreadable;
    cursor = page.cursor;
  } while (cursor !== undefined);
  return { checks, unreadable };
}
