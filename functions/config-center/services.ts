// The services that have rules.
import { listServices, readService, type ListedRules, type ServiceEntry } from '../../store/items/services.ts';
import type { Table } from '../../store/port.ts';
import { badRequest, json, pageOf, route, sealCursor, type OpenRequest, type Route } from '../api/index.ts';
import { listServices as describedList } from './described/rules.ts';
import type { Parts } from './parts.ts';

interface ServicePage {
  readonly services: readonly ServiceEntry[];
  /** Sealed. */
  readonly cursor?: string | undefined;
}

export function serviceRoutes({ table }: Parts): Route[] {
  return [
    route('GET', '/v1/services', 'viewer', describedList, async (request) => {
      const { services: scope } = request.caller;
      const wanted = wantedOf(request);
      const { services, cursor } = await (scope
        ? pageOfScope(table, request, scope, wanted)
        : pageOfAll(table, request, wanted));
      return json({ services: services.map(shown), ...(cursor === undefined ? {} : { cursor }) });
    }),
  ];
}

interface Wanted {
  readonly prefix: string;
  readonly filter: ((entry: ServiceEntry) => boolean) | undefined;
  /** Tells the cursors of differently filtered lists apart. */
  readonly name: string;
}

/** `tag=team=payments` wants the value, `tag=pci` whatever its value is; of several, all must be there. */
function wantedOf({ query }: OpenRequest): Wanted {
  const prefix = query.get('prefix') ?? '';
  if (!/^[a-z0-9-]{0,64}$/.test(prefix)) throw badRequest('prefix is not how the name of a service begins.');
  const owner = query.get('owner');
  const tags = query.getAll('tag').map((tag): readonly [string, string | undefined] => {
    const [, name = '', value] = /^([^=]*)(?:=(.*))?$/s.exec(tag) ?? [];
    if (name === '') throw badRequest(`"${tag.slice(0, 64)}" is not a tag; write its name, or NAME=VALUE.`);
    return [name, value];
  });
  const name = JSON.stringify([prefix, owner, tags]);
  if (owner === null && tags.length === 0) return { prefix, name, filter: undefined };
  const filter = ({ rules }: ServiceEntry): boolean =>
    (owner === null || rules?.owner === owner) &&
    tags.every(([tag, value]) => {
      const has = rules?.tags && Object.hasOwn(rules.tags, tag) ? rules.tags[tag] : undefined;
      return has !== undefined && (value === undefined || has === value);
    });
  return { prefix, name, filter };
}

function shown({ service, since, rules, draft }: ServiceEntry) {
  return {
    service,
    since: new Date(since).toISOString(),
    ...(rules === undefined ? {} : shownRules(rules)),
    ...(draft === undefined
      ? {}
      : {
          draft: {
            etag: draft.etag,
            author: draft.author,
            updatedAt: new Date(draft.updatedAt).toISOString(),
            inForce: draft.digest === rules?.digest && !rules.removed,
          },
        }),
  };
}

function shownRules({ revision, publishedAt, author, owner, tags, gray, removed = false }: ListedRules) {
  if (removed) return { removed: { revision, at: new Date(publishedAt).toISOString(), by: author } };
  return {
    revision,
    publishedAt: new Date(publishedAt).toISOString(),
    author,
    ...(owner === undefined ? {} : { owner }),
    ...(tags === undefined ? {} : { tags }),
    ...(gray === undefined ? {} : { gray: { revision: gray } }),
  };
}

async function pageOfAll(table: Table, request: OpenRequest, wanted: Wanted): Promise<ServicePage> {
  const { prefix, filter, name } = wanted;
  const list = `services:${name}`;
  const { services, cursor } = await listServices(table, {
    ...pageOf(request, list),
    prefix,
    ...(filter === undefined ? {} : { filter }),
  });
  return { services, cursor: cursor === undefined ? undefined : sealCursor(list, cursor) };
}

/** A key for some services learns of no others, not even by a cursor: only its own are read, and their names count. */
async function pageOfScope(
  table: Table,
  request: OpenRequest,
  scope: readonly string[],
  { prefix, filter, name }: Wanted,
): Promise<ServicePage> {
  const list = `services:own:${name}`;
  const { limit, cursor: after = '' } = pageOf(request, list);
  const rest = [...new Set(scope)].filter((service) => service > after && service.startsWith(prefix)).sort();
  const names = rest.slice(0, limit);
  const read = await Promise.all(names.map((service) => readService(table, service)));
  const last = names.at(-1);
  return {
    services: read.filter((entry) => entry !== undefined).filter(filter ?? (() => true)),
    cursor: last !== undefined && rest.length > names.length ? sealCursor(list, last) : undefined,
  };
}
