// `/v1/services/{service}/clients`: keys of those who call a service, made, listed and revoked.
import { hashOfClientKey, isGood, type ClientKey } from '../../../store/items/client-keys.ts';
import {
  listClientKeys,
  newClientKey,
  putClientKey,
  revokeClientKey,
} from '../../../store/items/client-key-records.ts';
import {
  bodyOf,
  json,
  notFound,
  pageOf,
  route,
  sealCursor,
  type ApiRequest,
  type ApiResponse,
  type Route,
} from '../../api/index.ts';
import { expiryOf } from '../keys/expiry.ts';
import type { Parts } from '../parts.ts';
import { record } from '../../api/trail.ts';
import { listClients, makeClient, newClientBody, revokeClient } from './described.ts';

const CLIENTS = '/v1/services/{service}/clients';
/** Enough to tell keys apart in the audit log. */
const SHOWN = 16;

export function clientRoutes(parts: Parts): Route[] {
  const { table } = parts;
  return [
    route('GET', CLIENTS, 'viewer', listClients, async (request) => {
      const { service } = request.params;
      const list = `clients:${service}`;
      const { keys, cursor } = await listClientKeys(table, service, pageOf(request, list));
      return json({
        keys: keys.map((key) => shown(key, request.at)),
        ...(cursor === undefined ? {} : { cursor: sealCursor(list, cursor) }),
      });
    }),
    route('POST', CLIENTS, 'publisher', makeClient, (request) => make(parts, request)),
    route('DELETE', `${CLIENTS}/{id}`, 'publisher', revokeClient, (request) => revoke(parts, request)),
  ];
}

async function make(parts: Parts, request: ApiRequest<'service'>): Promise<ApiResponse> {
  const { service } = request.params;
  const { client, roles = [], attributes = {}, expiresAt, for: lasting, note } = bodyOf(request, newClientBody);
  const expires = expiryOf(expiresAt, lasting, request.at);
  const key = newClientKey((count) => process.getBuiltinModule('node:crypto').randomBytes(count));
  const made: ClientKey = {
    ...{ hash: hashOfClientKey(key), client, roles: [...new Set(roles)], attributes },
    ...{ createdAt: request.at, createdBy: request.caller.name },
    ...(expires === undefined ? {} : { expiresAt: expires }),
  };
  await putClientKey(parts.table, service, made);
  const { id, ...rest } = shown(made, request.at);
  await record(parts, request, {
    action: 'client.create',
    service,
    target: `client key ${id.slice(0, SHOWN)}`,
    detail: { client, roles: [...made.roles], attributes: { ...attributes }, expiresAt: rest.expiresAt },
    ...(note === undefined ? {} : { note }),
  });
  return json({ id, key, ...rest }, { status: 201 });
}

/** Revoking it again changes nothing. */
async function revoke(parts: Parts, request: ApiRequest<'service' | 'id'>): Promise<ApiResponse> {
  const { service, id } = request.params;
  const key = await revokeClientKey(parts.table, service, id, request.at);
  if (!key) throw notFound(`Service "${service}" has no client key ${id.slice(0, SHOWN)}.`);
  if (key.revokedAt === request.at) {
    const detail = { client: key.client };
    await record(parts, request, {
      action: 'client.revoke',
      service,
      target: `client key ${id.slice(0, SHOWN)}`,
      detail,
    });
  }
  return json(shown(key, request.at));
}

function shown(key: ClientKey, nowMs: number) {
  const { hash, client, roles, attributes, createdAt, createdBy, expiresAt, revokedAt } = key;
  return {
    ...{ id: hash, client, roles, attributes },
    state: revokedAt !== undefined ? 'revoked' : isGood(key, nowMs) ? 'active' : 'expired',
    createdAt: new Date(createdAt).toISOString(),
    createdBy,
    ...(expiresAt === undefined ? {} : { expiresAt: new Date(expiresAt).toISOString() }),
    ...(revokedAt === undefined ? {} : { revokedAt: new Date(revokedAt).toISOString() }),
  };
}
