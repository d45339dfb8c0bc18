// Apollo's read API: what its clients in any language ask for, answered from the service's namespaces.
import { sleep } from '../../../middleware/kernel/clock.ts';
import { configId } from '../../../store/config-id.ts';
import { readState } from '../../../store/items/rules.ts';
import {
  badRequest,
  ifNoneMatch,
  includes,
  json,
  notFound,
  notModified,
  quoted,
  requireScope,
  route,
  text,
  type ApiRequest,
  type ApiResponse,
  type OpenRequest,
  type Route,
} from '../../api/index.ts';
import { CONTENT_TYPES } from '../config/kind.ts';
import { formatOf, NAMESPACE_PATTERN, namespaceNamed } from '../config/names.ts';
import { writeProperties } from '../config/properties.ts';
import type { Parts } from '../parts.ts';
import * as described from './described.ts';
import { createReadGiven, type Given, type ReadGiven } from './given.ts';
import { signedCaller } from './signature.ts';

const WHERE = '{service}/{cluster}/{namespace}';
/** Apollo reads another cluster's configuration where there is one; here there is this one. */
const CLUSTER = 'default';
const UTF8 = '; charset=utf-8';

type Named = ApiRequest<'service' | 'cluster' | 'namespace'>;

export function apolloRoutes(parts: Parts): Route[] {
  const { table } = parts;
  const read = createReadGiven(table);
  const routes = [
    route('GET', `/configs/${WHERE}`, 'viewer', described.readConfigs, (request) => readConfigs(read, request)),
    route('GET', `/configfiles/${WHERE}`, 'viewer', described.readAsProperties, (request) =>
      readFile(read, request, (values) => text(writeProperties(values), `text/plain${UTF8}`)),
    ),
    route('GET', `/configfiles/json/${WHERE}`, 'viewer', described.readAsJson, (request) =>
      readFile(read, request, (values) => json(values)),
    ),
    route('GET', `/configfiles/raw/${WHERE}`, 'viewer', described.readAsRaw, (request) =>
      readFile(read, request, (values) => rawOf(request.params.namespace, values)),
    ),
    route('GET', '/notifications/v2', 'viewer', described.readNotifications, (request) => notify(parts, request)),
  ];
  return routes.map((one) => ({ ...one, knows: (request: OpenRequest) => signedCaller(table, request) }));
}

async function readConfigs(read: ReadGiven, request: Named): Promise<ApiResponse> {
  const { service, namespace } = request.params;
  const { values, releaseKey } = await givenTo(read, request);
  const known = request.query.get('releaseKey');
  if (known === releaseKey || includes(ifNoneMatch(request), releaseKey)) return notModified(quoted(releaseKey));
  return json(
    { appId: service, cluster: CLUSTER, namespaceName: namespace, configurations: values, releaseKey },
    { headers: { etag: quoted(releaseKey) } },
  );
}

async function readFile(
  read: ReadGiven,
  request: Named,
  show: (values: Given['values']) => ApiResponse,
): Promise<ApiResponse> {
  const { values, releaseKey } = await givenTo(read, request);
  const etag = quoted(releaseKey);
  if (includes(ifNoneMatch(request), releaseKey)) return notModified(etag);
  const shown = show(values);
  return { ...shown, headers: { ...shown.headers, etag } };
}

/** @throws {Problem} 404 when nothing is published, and for what cannot be a namespace. */
async function givenTo(read: ReadGiven, { params, query, address }: Named): Promise<Given> {
  const { service, cluster, namespace } = params;
  const id = described.CLUSTER.test(cluster) ? idOf(service, namespace) : undefined;
  const label = query.get('label') ?? undefined;
  const given = id === undefined ? undefined : await read(id, { ip: query.get('ip') || address, label });
  if (given) return given;
  throw notFound(
    `Could not load configurations with appId: ${service}, clusterName: ${cluster.slice(0, 64)}, namespace: ${namespace.slice(0, 80)}`,
  );
}

function idOf(service: string, name: string): string | undefined {
  const namespace = namespaceNamed(name);
  return NAMESPACE_PATTERN.test(namespace) ? configId(service, namespace) : undefined;
}

function rawOf(name: string, values: Given['values']): ApiResponse {
  const format = formatOf(namespaceNamed(name));
  if (format === 'properties') return text(writeProperties(values), `text/plain${UTF8}`);
  return text(values['content'] ?? '', CONTENT_TYPES[format]);
}

/** What one client asks after. */
interface Watched {
  /** As the client has it, but for the ending `.properties`. */
  readonly name: string;
  readonly id: string | undefined;
  /** The notification that the client has seen last. */
  readonly seen: number;
}

/**
 * A head's sequence number is its notification: it grows with whatever any reader may be given from then on. Nothing
 * tells this instance of a change, so it looks twice: at once, and when it has waited for a moment.
 */
async function notify(parts: Parts, request: ApiRequest): Promise<ApiResponse> {
  const appId = request.query.get('appId') ?? '';
  requireScope(request.caller, appId);
  const watched = watchedBy(appId, request.query.get('notifications') ?? '');
  const { holdMs = 0 } = parts;
  const changed = await changedOf(parts, appId, watched);
  if (changed.length > 0) return json(changed);
  if (holdMs === 0) return UNCHANGED;
  await sleep(parts.clock, holdMs);
  const later = await changedOf(parts, appId, watched);
  return later.length > 0 ? json(later) : UNCHANGED;
}

const UNCHANGED: ApiResponse = { status: 304, headers: {} };

/** @throws {Problem} 400 */
function watchedBy(appId: string, sent: string): Watched[] {
  const read = described.notificationsSent.safeParse(parsed(sent));
  if (!read.success) {
    throw badRequest(
      'notifications is JSON such as [{"namespaceName":"application","notificationId":-1}], with 1 to ' +
        `${described.MOST_NAMESPACES} namespaces.`,
    );
  }
  return read.data.map(({ namespaceName, notificationId: seen }) => {
    const name = namespaceName.replace(/\.properties$/i, '');
    return { name, id: idOf(appId, name), seen };
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function changedOf({ table }: Parts, appId: string, watched: readonly Watched[]) {
  const found = await Promise.all(
    watched.map(async ({ name, id, seen }) => {
      const { head } = id === undefined ? {} : await readState(table, id);
      if (!head || head.seq <= seen) return [];
      const details = { [`${appId}+${CLUSTER}+${name}`]: head.seq };
      return [{ namespaceName: name, notificationId: head.seq, messages: { details } }];
    }),
  );
  return found.flat();
}
