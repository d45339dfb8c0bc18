// `/v1/keys…`: API keys made, listed and revoked by those who may.
import {
  apiKeyByPrefix,
  isValidAt,
  listApiKeys,
  newApiKey,
  putApiKey,
  readApiKey,
  revokeApiKey,
  hashOfKey,
  type ApiKey,
} from '../../../store/items/api-keys.ts';
import type { Table } from '../../../store/port.ts';
import {
  bodyOf,
  inScope,
  json,
  notFound,
  pageOf,
  requireAllServices,
  requireRole,
  requireScope,
  route,
  sealCursor,
  unprocessable,
  type ApiRequest,
  type ApiResponse,
  type Caller,
  type Route,
} from '../../api/index.ts';
import type { Parts } from '../parts.ts';
import { record } from '../trail.ts';
import { deleteKey, listKeys, makeKey, newKeyBody, readKey, revokeBody, revokeKey } from './described.ts';
import { expiryOf } from './expiry.ts';

const KEYS = '/v1/keys';
const LIST = 'keys';
const ID_LENGTH = 16;
const HASH_LENGTH = 64;

export function keyRoutes(parts: Parts): Route[] {
  const { table } = parts;
  return [
    route('GET', KEYS, 'admin', listKeys, async (request) => {
      const { keys, cursor } = await listApiKeys(table, pageOf(request, LIST));
      const seen = keys.filter((key) => mayManage(request.caller, key));
      return json({
        keys: seen.map((key) => shown(key, request.at)),
        ...(cursor === undefined ? {} : { cursor: sealCursor(LIST, cursor) }),
      });
    }),
    route('POST', KEYS, 'admin', makeKey, (request) => make(parts, request)),
    route('GET', `${KEYS}/{id}`, 'admin', readKey, async (request) =>
      json(shown(await keyOf(table, request), request.at)),
    ),
    route('DELETE', `${KEYS}/{id}`, 'admin', deleteKey, (request) => revoke(parts, request, undefined)),
    route('POST', `${KEYS}/{id}/revoke`, 'admin', revokeKey, (request) =>
      revoke(parts, request, bodyOf(request, revokeBody).note),
    ),
  ];
}

async function make(parts: Parts, request: ApiRequest): Promise<ApiResponse> {
  const { name, role, services, expiresAt, for: lasting } = bodyOf(request, newKeyBody);
  const { caller, at: createdAt } = request;
  requireRole(caller, role);
  if (services) for (const service of services) requireScope(caller, service);
  else requireAllServices(caller);
  const expires = expiryOf(expiresAt, lasting, createdAt);
  requireUntil(caller, expires);
  const key = newApiKey((count) => process.getBuiltinModule('node:crypto').randomBytes(count));
  const made: ApiKey = {
    ...{ hash: hashOfKey(key), name, role, createdAt, createdBy: caller.name },
    ...(services ? { services: [...new Set(services)] } : {}),
    ...(expires === undefined ? {} : { expiresAt: expires }),
  };
  await putApiKey(parts.table, made);
  const { id, ...rest } = shown(made, createdAt);
  await record(parts, request, {
    action: 'key.create',
    target: `key ${id}`,
    detail: { name, role, services: made.services && [...made.services], expiresAt: rest.expiresAt },
  });
  return json({ id, key, ...rest }, { status: 201, headers: { location: `${KEYS}/${id}` } });
}

/** A key for a short while would else make itself one for ever. @throws {Problem} 422 */
function requireUntil({ until }: Caller, expires: number | undefined): void {
  if (until === undefined || (expires !== undefined && expires <= until)) return;
  const latest = new Date(until).toISOString();
  throw unprocessable('A key that expires makes none that is good for longer.', 'INVALID_BODY', [
    { path: '/expiresAt', reason: `is ${latest} at the latest: the key that makes it expires then` },
  ]);
}

async function revoke(parts: Parts, request: ApiRequest<'id'>, note: string | undefined): Promise<ApiResponse> {
  const key = await keyOf(parts.table, request);
  const by = request.caller.name;
  if (key.revokedAt === undefined) {
    await revokeApiKey(parts.table, key.hash, request.at, by);
    await record(parts, request, {
      ...{ action: 'key.revoke', target: `key ${idOf(key)}`, detail: { name: key.name } },
      ...(note === undefined ? {} : { note }),
    });
  }
  return json(shown({ revokedAt: request.at, revokedBy: by, ...key }, request.at));
}

/** @throws {Problem} 404 when there is none, or none that this caller may know of. */
async function keyOf(table: Table, { params: { id }, caller }: ApiRequest<'id'>): Promise<ApiKey> {
  const known = /^[0-9a-f]+$/.test(id) && (id.length === ID_LENGTH || id.length === HASH_LENGTH);
  const key = !known
    ? undefined
    : await (id.length === HASH_LENGTH ? readApiKey(table, id) : apiKeyByPrefix(table, id));
  if (!key || !mayManage(caller, key)) throw notFound(`There is no key ${id.slice(0, HASH_LENGTH)}.`);
  return key;
}

/** Whoever is for some services only has to do with keys for those alone. */
function mayManage(caller: Caller, { services }: ApiKey): boolean {
  return caller.services === undefined || (services?.every((service) => inScope(caller, service)) ?? false);
}

/** Names a key and gives nothing of it away. */
function idOf({ hash }: ApiKey): string {
  return hash.slice(0, ID_LENGTH);
}

function shown(key: ApiKey, nowMs: number) {
  const { name, role, services, createdAt, createdBy, expiresAt, revokedAt, revokedBy } = key;
  return {
    ...{ id: idOf(key), name, role },
    ...(services === undefined ? {} : { services }),
    state: revokedAt !== undefined ? 'revoked' : isValidAt(key, nowMs) ? 'active' : 'expired',
    createdAt: new Date(createdAt).toISOString(),
    ...(createdBy === undefined ? {} : { createdBy }),
    ...(expiresAt === undefined ? {} : { expiresAt: new Date(expiresAt).toISOString() }),
    ...(revokedAt === undefined ? {} : { revokedAt: new Date(revokedAt).toISOString() }),
    ...(revokedBy === undefined ? {} : { revokedBy }),
  };
}
