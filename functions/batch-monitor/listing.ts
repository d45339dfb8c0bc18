// Pages of the list of jobs, declared ones and checks: of one service, of all, or of those that the caller's key is for.
import { listCheckEntries, placeOf, type CheckEntry } from '../../store/items/check-list.ts';
import { readCheck } from '../../store/items/checks.ts';
import { listJobs, readJob } from '../../store/items/jobs.ts';
import type { Table } from '../../store/port.ts';
import { badRequest, isName, pageOf, requireScope, sealCursor, type ApiRequest } from '../api/index.ts';
import { orUnreadable, UNREADABLE, type OrUnreadable } from '../api/unreadable.ts';
import { checkShown, jobShown } from './acknowledged.ts';
import { hasTag, saysName, standingOf } from './checked.ts';
import { ownersIn, type OwnerOf } from './owners.ts';
import { standing } from './standing.ts';
import { standsAsWritten, unsettledJobs } from './unsettled.ts';
import { standingNow } from './views.ts';

/** Kinds of jobs, in the order of the list. */
const KINDS = ['declared', 'check'] as const;
type Kind = (typeof KINDS)[number];

/** Reads of the list for one page: with a filter that little gets through, a page may be short and others follow. */
const READS_A_PAGE = 8;
/** Services of a key that are asked for one page. */
const SHELVES_A_PAGE = 100;
/** Jobs looked at side by side. */
const AT_ONCE = 32;

interface Filters {
  readonly statuses: ReadonlySet<string>;
  readonly owner: string | null;
  readonly tags: readonly string[];
  /** In lower case. */
  readonly name: string;
}

/** What one page is made of. */
interface Asked {
  readonly table: Table;
  readonly nowMs: number;
  readonly filters: Filters;
  readonly ownerOf: OwnerOf;
  /** Of a list by status alone. */
  readonly unsettled: ReadonlySet<string> | undefined;
}

type View = Record<string, unknown>;
/** Tells how one entry is shown; undefined when it is not. */
type Look = () => Promise<OrUnreadable<View | undefined>>;

/** Jobs of one kind, of one service or of all. */
interface Shelf {
  readonly service: string | undefined;
  readonly kind: Kind;
}

export interface ListedPage {
  readonly jobs: readonly View[];
  readonly cursor?: string;
}

/** Is told of what is left out since it cannot be read. */
export type OnUnreadable = (service: string | undefined, unreadable: number) => void;

/** The page a request asks for, its cursor sealed. @throws {Problem} 400, 403 for a service out of scope. */
export async function jobPage(
  table: Table,
  request: ApiRequest,
  nowMs: number,
  onUnreadable: OnUnreadable,
): Promise<ListedPage> {
  const service = request.query.get('service') ?? undefined;
  if (service !== undefined) {
    if (!isName(service)) throw badRequest('service is a name of lower-case letters, digits and hyphens.');
    requireScope(request.caller, service);
  }
  const scope = service === undefined ? request.caller.services : undefined;
  const list = scope === undefined ? `jobs:${service ?? ''}` : 'jobs:own';
  const { limit, cursor } = pageOf(request, list);
  const [from, fromKind, within] = splitTwice(cursor ?? '');
  const services = scope === undefined ? [service] : [...new Set(scope)].sort();
  const kind = request.query.get('kind');
  const shelves = services
    .flatMap((each) => KINDS.map((one): Shelf => ({ service: each, kind: one })))
    .filter((shelf) => (kind === null || shelf.kind === kind) && !isBefore(shelf, from, fromKind));
  const filters = filtersOf(request);
  const unsettled = filters.statuses.size === 0 ? undefined : await unsettledJobs(table, nowMs);
  const asked: Asked = { table, nowMs, filters, ownerOf: ownersIn(table), unsettled };
  const jobs: View[] = [];
  let reads = 0;
  for (const [i, shelf] of shelves.entries()) {
    const name = `${shelf.service ?? ''}#${shelf.kind}`;
    if (i === SHELVES_A_PAGE || reads === READS_A_PAGE || jobs.length === limit) {
      return { jobs, cursor: sealCursor(list, name) };
    }
    let at = name === `${from}#${fromKind}` ? within : undefined;
    do {
      const page = await readShelf(asked, shelf, { limit: limit - jobs.length, at });
      // Shelves without anything are many, and each costs little.
      if (page.looks.length > 0) reads++;
      for (let first = 0; first < page.looks.length; first += AT_ONCE) {
        const seen = await Promise.all(page.looks.slice(first, first + AT_ONCE).map((look) => look()));
        const unreadable = seen.filter((job) => job === UNREADABLE).length;
        if (unreadable > 0) onUnreadable(shelf.service, unreadable);
        jobs.push(...seen.filter((job) => job !== undefined && job !== UNREADABLE));
      }
      at = page.at;
      if (at !== undefined && (jobs.length === limit || reads === READS_A_PAGE)) {
        return { jobs, cursor: sealCursor(list, `${name}#${at}`) };
      }
    } while (at !== undefined);
  }
  return { jobs };
}

function isBefore({ service = '', kind }: Shelf, from: string, fromKind: string | undefined): boolean {
  if (service !== from) return service < from;
  return fromKind !== undefined && KINDS.indexOf(kind) < KINDS.findIndex((each) => each === fromKind);
}

/** Where to go on: a service, a kind, and where on that shelf; a service alone is its beginning. */
function splitTwice(cursor: string): [string, string | undefined, string | undefined] {
  const [service = '', kind, ...rest] = cursor.split('#');
  return [service, kind, rest.length === 0 ? undefined : rest.join('#')];
}

function filtersOf({ query }: ApiRequest): Filters {
  return {
    statuses: new Set(query.getAll('status')),
    owner: query.get('owner'),
    tags: query.getAll('tag'),
    name: (query.get('name') ?? '').toLowerCase(),
  };
}

async function readShelf(
  asked: Asked,
  { service, kind }: Shelf,
  { limit, at }: { readonly limit: number; readonly at: string | undefined },
): Promise<{ readonly looks: Look[]; readonly at: string | undefined }> {
  const { table } = asked;
  if (kind === 'declared') {
    const { jobs, cursor } = await listJobs(table, { service, limit, cursor: at });
    return { looks: jobs.map((entry) => () => declaredIf(asked, entry)), at: cursor };
  }
  const { entries, more } = await listCheckEntries(table, { service, limit, after: at });
  const last = entries.at(-1);
  return {
    looks: entries.map((entry) => () => checkIf(asked, entry)),
    at: more && last !== undefined ? placeOf(last) : undefined,
  };
}

/** One that cannot be read is listed by what is known of it: it may be what is asked for, and somebody has to look. */
async function declaredIf(
  { table, nowMs, unsettled, filters: { statuses, owner, tags, name } }: Asked,
  entry: { readonly service: string; readonly job: string },
): Promise<View | undefined> {
  const { service, job: named } = entry;
  if (!named.includes(name)) return undefined;
  const unreadable = { id: `${service}:${named}`, kind: 'declared', service, job: named, unreadable: true };
  const job = await orUnreadable(() => readJob(table, service, named));
  if (job === UNREADABLE) return unreadable;
  if (!job || (owner !== null && job.owner !== owner)) return undefined;
  if (!tags.every((tag) => job.tags?.includes(tag))) return undefined;
  // Of ten thousand jobs that are well none has its runs read to find the one that is not.
  if (standsAsWritten(job, unsettled, nowMs) && !isWanted(statuses, standingNow(job, nowMs).status)) return undefined;
  const shown = await orUnreadable(async () => {
    // A job that has failed since the last tick must not be listed as up.
    const now = await standing(table, job, nowMs);
    return isWanted(statuses, standingNow(now, nowMs).status) ? jobShown(table, now, nowMs) : undefined;
  });
  return shown === UNREADABLE ? { ...unreadable, owner: job.owner } : shown;
}

function checkIf(
  { table, nowMs, ownerOf, filters: { statuses, owner, tags, name } }: Asked,
  { service, uuid }: CheckEntry,
): Promise<OrUnreadable<View | undefined>> {
  return orUnreadable(async () => {
    // Of services of others no check is read.
    if (owner !== null && (await ownerOf(service)) !== owner) return undefined;
    const check = await readCheck(table, uuid);
    if (!check || !saysName(check, name) || !tags.every((tag) => hasTag(check, tag))) return undefined;
    return isWanted(statuses, standingOf(check, nowMs).status) ? checkShown(table, check, nowMs, ownerOf) : undefined;
  });
}

const isWanted = (statuses: ReadonlySet<string>, status: string) => statuses.size === 0 || statuses.has(status);
