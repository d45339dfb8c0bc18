// The list of services that have rules, one item each in one partition, with what is to be seen of each at a glance.
import { namespaceOf } from '../config-id.ts';
import { keys } from '../keys.ts';
import { type Item, type Key, StoreRejected, type Table, type Value } from '../port.ts';
import { fieldsOf, ITEM_VERSION } from './fields.ts';

export interface ServiceEntry {
  readonly service: string;
  /** When it was first given a draft or rules, in ms since the epoch. */
  readonly since: number;
  readonly rules?: ListedRules;
  readonly draft?: ListedDraft;
}

/** What is in force, as the list has it: what the head and the revision say is what counts. */
export interface ListedRules {
  /** The head's; an entry of a lower one never takes the place of another. */
  readonly seq: number;
  readonly revision: number;
  /** ms since the epoch. */
  readonly publishedAt: number;
  readonly author: string;
  /** What the document says, however it is written: two with the same digest say the same. */
  readonly digest: string;
  readonly owner?: string;
  readonly tags?: Readonly<Record<string, string>>;
  /** The revision that part of the fleet is given, while it is. */
  readonly gray?: number;
  /** Whether the revision stands for rules that were removed. */
  readonly removed?: boolean;
}

export interface ListedDraft {
  readonly etag: string;
  readonly author: string;
  /** ms since the epoch. */
  readonly updatedAt: number;
  /** As that of the rules. */
  readonly digest: string;
}

export interface ServicesWanted {
  readonly cursor?: string;
  readonly limit?: number;
  readonly consistent?: boolean;
  /** Names that begin like this. */
  readonly prefix?: string;
  /** Only those that this holds of. */
  readonly filter?: (entry: ServiceEntry) => boolean;
}

/** Documents that are no service's own are kept as a service's are, under names that no service can have. */
const RESERVED = '_';
/** A page of a filtered list asks the store at most this often; the cursor goes on from there. */
const MOST_QUERIES_A_PAGE = 10;
/** Entries looked at by one query for a filtered list. */
const LOOKED_AT = 200;

/** Puts a service on the list; one that is there stays as it is. */
export async function listService(table: Table, service: string, at: number): Promise<void> {
  if (service.startsWith(RESERVED)) return;
  await table.put({
    item: { ...entryKey(service), v: ITEM_VERSION, since: at },
    condition: 'attribute_not_exists(pk)',
  });
}

/** Shows on the list what is in force of a service; after the head has been written, never before. */
export async function listRules(table: Table, service: string, rules: ListedRules): Promise<void> {
  const { owner, tags, gray, ...always } = rules;
  const value = {
    ...always,
    ...(owner === undefined ? {} : { owner }),
    ...(tags === undefined ? {} : { tags: { ...tags } }),
    ...(gray === undefined ? {} : { gray }),
  };
  await note(table, service, 'rules', value, {
    at: rules.publishedAt,
    condition: 'attribute_not_exists(#rules) OR #rules.#seq <= :order',
    names: { '#seq': 'seq' },
    order: rules.seq,
  });
}

/** Shows on the list which draft there is of a service; after it has been written. */
export async function listDraft(table: Table, service: string, draft: ListedDraft): Promise<void> {
  await note(
    table,
    service,
    'draft',
    { ...draft },
    {
      at: draft.updatedAt,
      condition: 'attribute_not_exists(#draft) OR #draft.#updatedAt <= :order',
      names: { '#updatedAt': 'updatedAt' },
      order: draft.updatedAt,
    },
  );
}

/** Where the list has it: a service among the services, a namespace among those of its service. */
function entryKey(id: string): Key {
  const named = namespaceOf(id);
  return named ? keys.configEntry(named.service, named.namespace) : keys.service(id);
}

interface Ordered {
  readonly at: number;
  readonly condition: string;
  readonly names: Readonly<Record<string, string>>;
  readonly order: number;
}

/** Whoever comes late changes nothing. */
async function note(table: Table, service: string, part: 'rules' | 'draft', value: Value, ordered: Ordered) {
  if (service.startsWith(RESERVED)) return;
  const { at, condition, names, order } = ordered;
  await table.update({
    key: entryKey(service),
    update: `SET #${part} = :value, #since = if_not_exists(#since, :at), #v = :v`,
    condition,
    names: { ...names, [`#${part}`]: part, '#since': 'since', '#v': 'v' },
    values: { ':value': value, ':at': at, ':v': ITEM_VERSION, ':order': order },
  });
}

/** The namespaces of a service's configuration in alphabetical order, page by page: each as if it were a service. */
export async function listNamespaces(
  table: Table,
  service: string,
  page: { readonly cursor?: string; readonly limit?: number } = {},
): Promise<{ readonly entries: ServiceEntry[]; readonly cursor?: string }> {
  const { pk, sk: first } = keys.configEntry(service, '0');
  const { items, cursor } = await table.query({ pk, sk: { between: [first, GREATEST] }, consistent: true, ...page });
  return { entries: items.map(entryOf), ...(cursor === undefined ? {} : { cursor }) };
}

/** One service of the list; undefined when it is not on it. */
export async function readService(table: Table, service: string): Promise<ServiceEntry | undefined> {
  const item = await table.get(keys.service(service));
  return item && entryOf({ ...item, sk: service });
}

/**
 * The services in alphabetical order, page by page. While there is a `cursor` there may be more, also when a filtered
 * page is short or empty. Throws `StoreRejected` (`InvalidCursor`) for a filtered list's cursor that is not ours.
 */
export async function listServices(
  table: Table,
  wanted: ServicesWanted = {},
): Promise<{ readonly services: ServiceEntry[]; readonly cursor?: string }> {
  const { filter, prefix, ...page } = wanted;
  const { pk } = keys.service('');
  if (filter !== undefined) return filtered(table, filter, wanted);
  const { items, cursor } = await table.query({
    pk,
    ...(prefix === undefined || prefix === '' ? {} : { sk: { beginsWith: prefix } }),
    ...page,
  });
  return { services: items.map(entryOf), ...(cursor === undefined ? {} : { cursor }) };
}

/** Its cursor is the name of the last service that was looked at. */
async function filtered(table: Table, filter: (entry: ServiceEntry) => boolean, wanted: ServicesWanted) {
  const { cursor: given, limit = 50, prefix = '', consistent } = wanted;
  const services: ServiceEntry[] = [];
  if (given !== undefined && !POSITION.test(given)) {
    throw new StoreRejected('InvalidCursor', 'The cursor is not one that this list gave: start again without it');
  }
  let after = given;
  for (let queries = 0; queries < MOST_QUERIES_A_PAGE; queries++) {
    const next = after === undefined ? LEAST : `${after}${LEAST}`;
    const { items, cursor } = await table.query({
      pk: keys.service('').pk,
      sk: { between: [next > prefix ? next : prefix, `${prefix}${GREATEST}`] },
      limit: LOOKED_AT,
      ...(consistent === undefined ? {} : { consistent }),
    });
    for (const item of items) {
      const entry = entryOf(item);
      after = entry.service;
      if (!filter(entry)) continue;
      services.push(entry);
      if (services.length === limit) return { services, cursor: after };
    }
    if (cursor === undefined || after === undefined) return { services };
  }
  return { services, ...(after === undefined ? {} : { cursor: after }) };
}

const POSITION = /^[a-z0-9-]{1,64}$/;
/** Before and behind every character of a service's name. */
const LEAST = '!';
const GREATEST = '~';

function entryOf(item: Item): ServiceEntry {
  const { text, number } = fieldsOf(item);
  const { rules, draft } = item;
  return {
    service: text('sk'),
    since: number('since'),
    ...(isRecord(rules) ? { rules: rulesOf(item, rules) } : {}),
    ...(isRecord(draft) ? { draft: draftOf(item, draft) } : {}),
  };
}

function rulesOf({ pk, sk }: Item, rules: Item): ListedRules {
  const { text, number, optionalText, optionalNumber } = fieldsOf({ ...rules, pk, sk, v: ITEM_VERSION });
  const [owner, gray, { tags }] = [optionalText('owner'), optionalNumber('gray'), rules];
  return {
    seq: number('seq'),
    revision: number('revision'),
    publishedAt: number('publishedAt'),
    author: text('author'),
    digest: text('digest'),
    ...(owner === undefined ? {} : { owner }),
    ...(isRecord(tags) ? { tags: tagsOf(tags) } : {}),
    ...(gray === undefined ? {} : { gray }),
    ...(rules['removed'] === true ? { removed: true } : {}),
  };
}

function draftOf({ pk, sk }: Item, draft: Item): ListedDraft {
  const { text, number } = fieldsOf({ ...draft, pk, sk, v: ITEM_VERSION });
  return { etag: text('etag'), author: text('author'), updatedAt: number('updatedAt'), digest: text('digest') };
}

function tagsOf(tags: Item): Record<string, string> {
  return Object.fromEntries(
    Object.entries(tags).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
  );
}

function isRecord(value: Value | undefined): value is { [name: string]: Value | undefined } {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);
}
