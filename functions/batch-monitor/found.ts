// Finds what a path names: a declared job by `service:job` or its name, a check by its slug, its unique key or its UUID.
import type { Check } from '../../store/items/check-record.ts';
import { checkByAlias, checksBySlug, readCheck, uniqueKeyOf } from '../../store/items/checks.ts';
import { readJob, servicesWithJob, type Job } from '../../store/items/jobs.ts';
import type { Table } from '../../store/port.ts';
import { inScope, isName, notFound, Problem, requireScope, type ApiRequest } from '../api/index.ts';
import { isUuid } from './checks/ping-request.ts';

export type Found =
  { readonly kind: 'declared'; readonly job: Job } | { readonly kind: 'check'; readonly check: Check };

const UNIQUE_KEY = /^[0-9a-f]{40}$/;
const SLUG = /^[-_a-z0-9]{1,100}$/;
/** Services with a job of one name that are looked through. */
const MOST_SERVICES = 50;

/** @throws {Problem} 404, 403 out of scope, 409 where the name alone does not tell which. */
export async function foundBy(table: Table, request: ApiRequest<'job'>): Promise<Found> {
  const id = request.params.job;
  const check = await checkById(table, id);
  if (check) {
    requireScope(request.caller, check.service);
    return { kind: 'check', check };
  }
  const [first = '', second] = id.split(':', 2);
  const name = second ?? first;
  const unknown = () => notFound(`There is no job ${id.slice(0, 128)}.`);
  if (!SLUG.test(name) || (second !== undefined && !isName(first))) throw unknown();
  const service = second === undefined ? await serviceOf(table, request, name) : first;
  if (!isName(service)) throw unknown();
  requireScope(request.caller, service);
  const job = isName(name) ? await readJob(table, service, name) : undefined;
  if (job) return { kind: 'declared', job };
  const [only, another] = await checksBySlug(table, service, name, 2);
  if (only === undefined) throw unknown();
  if (another !== undefined) {
    throw new Problem(409, `Several checks of ${service} have the slug ${name}; name one by its id.`, {
      code: 'AMBIGUOUS',
    });
  }
  return { kind: 'check', check: only };
}

/** The declared job a path names. @throws {Problem} as `foundBy`, and 409 when it is a check. */
export async function jobOf(table: Table, request: ApiRequest<'job'>, instead: string): Promise<Job> {
  const found = await foundBy(table, request);
  if (found.kind === 'declared') return found.job;
  throw new Problem(409, `That is a check, which no rules declare; ${instead}.`, { code: 'NOT_DECLARED' });
}

async function checkById(table: Table, id: string): Promise<Check | undefined> {
  if (isUuid(id)) return readCheck(table, id);
  if (!UNIQUE_KEY.test(id)) return undefined;
  const check = await checkByAlias(table, id);
  return check && uniqueKeyOf(check.uuid) === id ? check : undefined;
}

/** The service that `?service=` names, or the only one the caller may see that has declared a job of this name. */
async function serviceOf(table: Table, { query, caller }: ApiRequest<'job'>, name: string): Promise<string> {
  const given = query.get('service');
  if (given !== null) return given;
  const all = isName(name) ? await servicesWithJob(table, name, MOST_SERVICES) : [];
  const services = all.filter((each) => inScope(caller, each));
  if (services.length > 1) {
    const ids = services.map((each) => `${each}:${name}`);
    throw new Problem(409, `Several services have a job ${name}; name it as ${ids.join(' or ')}.`, {
      code: 'AMBIGUOUS',
    });
  }
  return services[0] ?? (caller.services?.length === 1 ? (caller.services[0] ?? '') : '');
}
