// `/v1/services/{service}/access-keys`: what readers of a service's configuration sign with, as Apollo's access keys.
import {
  changeConfigReaders,
  MOST_READERS,
  readConfigReaders,
  type ConfigReader,
} from '../../../store/items/config-readers.ts';
import {
  bodyOf,
  json,
  notFound,
  Problem,
  route,
  type ApiRequest,
  type ApiResponse,
  type Route,
} from '../../api/index.ts';
import { expiryOf } from '../keys/expiry.ts';
import type { Parts } from '../parts.ts';
import { record } from '../../api/trail.ts';
import { deleteReader, listReaders, makeReader, newReaderBody } from './described.ts';

const KEYS = '/v1/services/{service}/access-keys';
const SECRET_BYTES = 32;
const ID_BYTES = 8;

export function accessKeyRoutes(parts: Parts): Route[] {
  return [
    route('GET', KEYS, 'viewer', listReaders, async ({ params, at }) => {
      const readers = await readConfigReaders(parts.table, params.service);
      return json({ keys: readers.map((reader) => shown(reader, at)) });
    }),
    route('POST', KEYS, 'publisher', makeReader, (request) => make(parts, request)),
    route('DELETE', `${KEYS}/{id}`, 'publisher', deleteReader, (request) => remove(parts, request)),
  ];
}

async function make(parts: Parts, request: ApiRequest<'service'>): Promise<ApiResponse> {
  const { service } = request.params;
  const { name, expiresAt, for: lasting, note } = bodyOf(request, newReaderBody);
  const expires = expiryOf(expiresAt, lasting, request.at);
  const made: ConfigReader = {
    ...{ id: random(ID_BYTES).toString('hex'), name, secret: random(SECRET_BYTES).toString('base64url') },
    ...{ createdAt: request.at, createdBy: request.caller.name },
    ...(expires === undefined ? {} : { expiresAt: expires }),
  };
  const added = await changeConfigReaders(parts.table, service, (readers) =>
    readers.length < MOST_READERS ? [...readers, made] : undefined,
  );
  if (!added) {
    const detail = `Service "${service}" has ${MOST_READERS} access keys, as many as there may be: delete one first.`;
    throw new Problem(409, detail, { code: 'TOO_MANY_ACCESS_KEYS' });
  }
  const { id, ...rest } = shown(made, request.at);
  await record(parts, request, {
    ...{ action: 'access-key.create', service, target: `access key ${id}` },
    detail: { name, expiresAt: rest.expiresAt },
    ...(note === undefined ? {} : { note }),
  });
  return json({ id, secret: made.secret, ...rest }, { status: 201 });
}

const random = (bytes: number) => process.getBuiltinModule('node:crypto').randomBytes(bytes);

async function remove(parts: Parts, request: ApiRequest<'service' | 'id'>): Promise<ApiResponse> {
  const { service, id } = request.params;
  let removed: ConfigReader | undefined;
  await changeConfigReaders(parts.table, service, (readers) => {
    removed = readers.find((reader) => reader.id === id);
    return removed && readers.filter((reader) => reader.id !== id);
  });
  if (!removed) throw notFound(`Service "${service}" has no access key ${id.slice(0, 16)}.`);
  await record(parts, request, {
    ...{ action: 'access-key.delete', service, target: `access key ${id}`, detail: { name: removed.name } },
  });
  return json(shown(removed, request.at));
}

function shown({ id, name, createdAt, createdBy, expiresAt }: ConfigReader, nowMs: number) {
  return {
    ...{ id, name, state: expiresAt === undefined || nowMs < expiresAt ? 'active' : 'expired' },
    createdAt: new Date(createdAt).toISOString(),
    createdBy,
    ...(expiresAt === undefined ? {} : { expiresAt: new Date(expiresAt).toISOString() }),
  };
}
