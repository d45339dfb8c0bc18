// `/v1/keys…`: API keys made, listed and revoked by those who may.
import type { z } from 'zod';
import {
  apiKeyByPrefix,
  isValidAt,
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
import { record } from '../../api/trail.ts';
import { deleteKey, listKeys, makeKey, newKeyBody, readKey, revokeBody, revokeKey } from './described.ts';
import { expiryOf } from './expiry.ts';
import { pageOfKeys } from './listing.ts';
import { revokeMade } from './made.ts';

const KEYS = '/v1/keys';
const LIST = 'keys';
const ID_LENGTH = 16;
const HASH_LENGTH = 64;

export function keyRoutes(parts: Parts): Route[] {
  const { table } = parts;
  return [
    route('GET', KEYS, 'admin', listKeys, async (request) => {
      const madeBy = request.query.get('madeBy');
      const list = `${LIST}:${madeBy ?? ''}`;
      const isShown = (key: ApiKey) => mayManage(request.caller, key) && (madeBy === null || key.madeBy === madeBy);
      const { keys, cursor } = await pageOfKeys(table, { ...pageOf(request, list), isShown });
      return json({
        keys: keys.map((key) => shown(key, request.at)),
        ...(cursor === undefined ? {} : { cursor: sealCursor(list, cursor) }),
      });
    }),
    route('POST', KEYS, 'admin', makeKey, (request) => make(parts, request)),
    route('GET', `${KEYS}/{id}`, 'admin', readKey, async (request) =>
      json(shown(await keyOf(table, request), request.at)),
    ),
    route('DELETE', `${KEYS}/{id}`, 'admin', deleteKey, (request) => revoke(parts, request, {})),
    route('POST', `${KEYS}/{id}/revoke`, 'admin', revokeKey, (request) =>
      revoke(parts, request, bodyOf(request, revokeBody)),
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
  requireShort(parts, expires, createdAt);
  requireUntil(caller, expires);
  const key = newApiKey((count) => process.getBuiltinModule('node:crypto').randomBytes(count));
  const made: ApiKey = {
    ...{ hash: hashOfKey(key), name, role, createdAt, createdBy: caller.name, madeBy: caller.identity },
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

/** Whoever makes it: a token of five minutes would else make a key for ever. @throws {Problem} 422 */
function requireShort({ longestKeyMs }: Parts, expires: number | undefined, nowMs: number): void {
  if (longestKeyMs === undefined || (expires !== undefined && expires <= nowMs + longestKeyMs)) return;
  const latest = new Date(nowMs + longestKeyMs).toISOString();
  throw unprocessable('Keys are not good for that long here.', 'INVALID_BODY', [
    { path: '/expiresAt', reason: `is ${latest} at the latest: no key is good for longer here (longestKey)` },
  ]);
}

/** A key for a short while would else make itself one for ever. @throws {Problem} 422 */
function requireUntil({ until }: Caller, expires: number | undefined): void {
  if (until === undefined || (expires !== undefined && expires <= until)) return;
  const latest = new Date(until).toISOString();
  throw unprocessable('A key that expires makes none that is good for longer.', 'INVALID_BODY', [
    { path: '/expiresAt', reason: `is ${latest} at the latest: the key that makes it expires then` },
  ]);
}

async function revoke(
  parts: Parts,
  request: ApiRequest<'id'>,
  { note, made = false }: z.infer<typeof revokeBody>,
): Promise<ApiResponse> {
  const { table } = parts;
  const { caller, at } = request;
  const key = await keyOf(table, request);
  const by = caller.name;
  const leave = (gone: ApiKey, why: string | undefined) =>
    record(parts, request, {
      ...{ action: 'key.revoke', target: `key ${idOf(gone)}`, detail: { name: gone.name } },
      ...(why === undefined ? {} : { note: why }),
    });
  if (key.revokedAt === undefined) {
    await revokeApiKey(table, key.hash, at, by);
    await leave(key, note);
  }
  const answer = shown({ revokedAt: at, revokedBy: by, ...key }, at);
  if (!made) return json(answer);
  const also = await revokeMade(table, key, { at, by, mayManage: (one) => mayManage(caller, one) });
  for (const one of also) await leave(one, `made by key ${idOf(key)}${note === undefined ? '' : `: ${note}`}`);
  return json({ ...answer, alsoRevoked: also.map(idOf) });
}

/** @throws {Problem} 404 when there is none, or none that this caller may know of. */
async function keyOf(table: Table, { params: { id }, caller }: ApiRequest<'id'>): Promise<ApiKey> {
  const known = /^[0-9a-f]+$/.test(id) && (id.length === ID_LENGTH || id.length === HASH_LENGTH);
  const key = !known
    ? undefined
    : await (id.length === HASH_LENGTH ? readApiKey(table, id) : apiKeyByPrefix(table, id));
  // What is none may be a key itself, by mistake: it is not said again.
  if (!known) throw notFound('There is no key of that id: one has 16 characters, as the list shows them.');
  if (!key || !mayManage(caller, key)) throw notFound(`There is no key ${id}.`);
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
  const { name, role, services, createdAt, createdBy, madeBy, expiresAt, revokedAt, revokedBy } = key;
  return {
    ...{ id: idOf(key), name, role },
    ...(services === undefined ? {} : { services }),
    state: revokedAt !== undefined ? 'revoked' : isValidAt(key, nowMs) ? 'active' : 'expired',
    createdAt: new Date(createdAt).toISOString(),
    ...(createdBy === undefined ? {} : { createdBy }),
    ...(madeBy === undefined ? {} : { madeBy }),
    ...(expiresAt === undefined ? {} : { expiresAt: new Date(expiresAt).toISOString() }),
    ...(revokedAt === undefined ? {} : { revokedAt: new Date(revokedAt).toISOString() }),
    ...(revokedBy === undefined ? {} : { revokedBy }),
  };
}
