// Pages of the list of jobs: of one service, of all, or of those that the caller's key is for.
import { listJobs, type JobPage } from '../../store/items/jobs.ts';
import type { Table } from '../../store/port.ts';
import { badRequest, isName, pageOf, requireScope, sealCursor, type ApiRequest } from '../api/index.ts';

/** Services asked for one page: their jobs are read one service after the other. */
const SERVICES_A_PAGE = 50;

/** The page a request asks for, its cursor sealed. @throws {Problem} 400, 403 for a service out of scope. */
export async function jobPage(table: Table, request: ApiRequest): Promise<JobPage> {
  const service = request.query.get('service') ?? undefined;
  if (service !== undefined) {
    if (!isName(service)) throw badRequest('service is a name of lower-case letters, digits and hyphens.');
    requireScope(request.caller, service);
  }
  const { services } = request.caller;
  if (service === undefined && services !== undefined) return pageOfScope(table, request, services);
  const list = `jobs:${service ?? ''}`;
  const { jobs, cursor } = await listJobs(table, { service, ...pageOf(request, list) });
  return sealed(jobs, list, cursor);
}

/**
 * A key for some services learns of no others, not even by a cursor: its services are read one by one, and a cursor is
 * where to go on: `service`, or `service#` and the store's cursor within it.
 */
async function pageOfScope(table: Table, request: ApiRequest, scope: readonly string[]): Promise<JobPage> {
  const list = 'jobs:own';
  const { limit, cursor: from = '' } = pageOf(request, list);
  const [at = '', within] = splitAtFirst(from);
  const rest = [...new Set(scope)].filter((service) => service >= at).sort();
  const jobs: { service: string; job: string }[] = [];
  for (const [i, service] of rest.entries()) {
    if (i === SERVICES_A_PAGE || jobs.length === limit) return sealed(jobs, list, service);
    const cursor = service === at ? within : undefined;
    const page = await listJobs(table, { service, limit: limit - jobs.length, cursor });
    jobs.push(...page.jobs);
    if (page.cursor !== undefined) return sealed(jobs, list, `${service}#${page.cursor}`);
  }
  return { jobs };
}

function splitAtFirst(cursor: string): [string, string?] {
  const end = cursor.indexOf('#');
  return end < 0 ? [cursor] : [cursor.slice(0, end), cursor.slice(end + 1)];
}

function sealed(jobs: JobPage['jobs'], list: string, cursor: string | undefined): JobPage {
  return cursor === undefined ? { jobs } : { jobs, cursor: sealCursor(list, cursor) };
}
