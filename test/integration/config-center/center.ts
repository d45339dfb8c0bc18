// A config center over a table of its own, spoken to with HTTP events as the gateway sends them.
import type { Role } from '../../../functions/api/index.ts';
import { createConfigCenter, type Parts } from '../../../functions/config-center/config-center.ts';
import { hashOfKey, putApiKey } from '../../../store/items/api-keys.ts';
import type { Table } from '../../../store/port.ts';
import { describedApi } from '../../support/described.ts';
import { httpV2 } from '../../support/events.ts';
import { fakeClock, type FakeClock } from '../../support/fake-clock.ts';
import { silentLogger } from '../../support/instance.ts';

export const NOW = Date.UTC(2026, 0, 5, 12);
export const ROLES: readonly Role[] = ['viewer', 'editor', 'publisher', 'admin'];

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  /** Parsed when it is JSON, else the text. */
  readonly body: unknown;
}

export interface Sent {
  /** The role of the key to send; an admin's by default, none for null. */
  readonly as?: Role | 'orders-admin' | null;
  readonly headers?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  /** As it stands in the URL, where names occur more than once. */
  readonly rawQuery?: string;
  /** An object is sent as JSON, a text as YAML. */
  readonly body?: object | string;
}

export interface Center {
  readonly clock: FakeClock;
  readonly send: (method: string, path: string, sent?: Sent) => Promise<Answer>;
}

/** Also stores a key for each role, and `orders-admin`, which is for the service `orders` alone. */
export async function startCenter(table: Table, parts: Partial<Parts> = {}): Promise<Center> {
  for (const role of ROLES) await putApiKey(table, { key: `fb_${role}`, role, name: `${role}-key`, createdAt: NOW });
  await putApiKey(table, {
    hash: hashOfKey('fb_orders-admin'),
    role: 'admin',
    name: 'orders-key',
    services: ['orders'],
    createdAt: NOW,
  });
  const clock = fakeClock(NOW);
  let ids = 0;
  const logger = silentLogger;
  const newId = () => `id-${String(++ids).padStart(6, '0')}`;
  const routes = createConfigCenter({
    ...{ table, clock, logger, newId, healthUrls: [], probe: () => Promise.resolve() },
    ...parts,
  });
  const api = describedApi({ routes, table, clock, logger });

  async function send(method: string, path: string, sent: Sent = {}): Promise<Answer> {
    const { as = 'admin', headers = {}, query = {}, rawQuery, body } = sent;
    const contentType = typeof body === 'string' ? 'application/yaml' : 'application/json';
    const event = httpV2({
      method,
      path,
      query,
      headers: {
        ...(as === null ? {} : { authorization: `Bearer fb_${as}` }),
        ...(body === undefined ? {} : { 'content-type': contentType }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    if (rawQuery !== undefined) event.rawQueryString = rawQuery;
    const result = await api(event, { awsRequestId: 'request-1' });
    const text = result.body ?? '';
    const isJson = String(result.headers?.['content-type']).includes('json');
    return {
      status: result.statusCode ?? 0,
      headers: result.headers ?? {},
      body: isJson ? (JSON.parse(text) as unknown) : text,
    };
  }
  return { clock, send };
}

/** A document with one throttle of this limit. */
export function limited(service: string, limit: string) {
  return { apiVersion: 'flyball/v1', service, throttles: { everyone: { limit } } };
}
