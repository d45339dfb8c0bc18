// The whole control plane over one table: the routes of all its functions, spoken to as the gateway does.
import { createApi, type Method, type Role, type Route } from '../../../functions/api/index.ts';
import { createRouter } from '../../../functions/api/router.ts';
import { alertingRoutes } from '../../../functions/alerting/api.ts';
import { batchMonitorRoutes } from '../../../functions/batch-monitor/api.ts';
import type { ConsoleFile } from '../../../functions/console/files.ts';
import { consoleRoutes } from '../../../functions/console/routes.ts';
import { createConfigCenter, type Parts } from '../../../functions/config-center/config-center.ts';
import { telemetryRoutes } from '../../../functions/telemetry/routes.ts';
import type { Logger } from '../../../middleware/kernel/logger.ts';
import { putApiKey } from '../../../store/items/api-keys.ts';
import type { Table } from '../../../store/port.ts';
import { httpV2 } from '../../support/events.ts';
import { fakeClock, type FakeClock } from '../../support/fake-clock.ts';
import { silentLogger } from '../../support/instance.ts';

export const NOW = Date.UTC(2026, 0, 5, 12);
export const ROLES: readonly Role[] = ['pinger', 'viewer', 'editor', 'publisher', 'admin'];

export interface Wanted {
  readonly method: Method | 'OPTIONS' | 'HEAD';
  readonly path: string;
  /** What `Authorization: Bearer` holds. */
  readonly bearer?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  /** A text is sent as it is, with the content type among the headers. */
  readonly body?: object | string;
  readonly from?: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: Record<string, unknown>;
  readonly text: string;
}

export interface ControlPlane {
  readonly clock: FakeClock;
  readonly routes: readonly Route[];
  readonly send: (wanted: Wanted) => Promise<Answer>;
}

export interface Setting {
  readonly parts?: Partial<Parts>;
  readonly issuers?: string;
  readonly logger?: Logger;
  readonly clock?: FakeClock;
  /** What counts failed logins together with others of its name. */
  readonly service?: string;
  /** In their order unless it is given: where an id must be a UUID. */
  readonly newId?: () => string;
}

const html = Buffer.from('<!doctype html>');
const PAGE: ConsoleFile = { type: 'text/html; charset=utf-8', hash: 'a', identity: html, br: html, gzip: html };

let ids = 0;
/** In their order, so that entries of one millisecond are listed in it. */
const numbered = () => `id-${String(++ids).padStart(6, '0')}`;

export function controlPlane(table: Table, setting: Setting = {}): ControlPlane {
  const { clock = fakeClock(NOW), logger = silentLogger, issuers, service, newId = numbered } = setting;
  const parts = { table, clock, logger, newId, healthUrls: [], probe: () => Promise.resolve() };
  const functions = [
    createConfigCenter({ ...parts, cell: '111122223333:eu-west-1:test', stage: 'test', ...setting.parts }),
    batchMonitorRoutes({ table, clock, logger, newId }),
    telemetryRoutes(table),
    consoleRoutes({ files: () => ({ page: PAGE, asset: () => undefined }), signIn: async () => [], stage: 'test' }),
    alertingRoutes({ ...{ table, clock, logger, newId, cell: 'test' }, channels: () => () => Promise.resolve() }),
  ].map((routes) => ({
    finds: createRouter(routes),
    routes,
    api: createApi({ ...{ routes, table, clock, logger, issuers }, ...(service === undefined ? {} : { service }) }),
  }));

  async function send({ method, path, bearer, headers = {}, query = {}, body, from = '203.0.113.7' }: Wanted) {
    const event = httpV2({
      ...{ method, path, query },
      headers: {
        ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
        ...(typeof body === 'object' ? { 'content-type': 'application/json' } : {}),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    event.requestContext.http.sourceIp = from;
    const found = functions.find(({ finds }) => finds(method, path).kind !== 'none') ?? functions[0];
    if (!found) throw new Error('there is no function');
    const result = await found.api(event, { awsRequestId: 'request-1' });
    const text = result.body ?? '';
    const isJson = String(result.headers?.['content-type']).includes('json');
    const read = isJson ? (JSON.parse(text) as Record<string, unknown>) : {};
    return { status: result.statusCode ?? 0, headers: result.headers ?? {}, body: read, text };
  }
  return { clock, routes: functions.flatMap(({ routes }) => routes), send };
}

/** Stores a key of this name, `fb_<name>`, which is what to send. */
export async function givenKey(
  table: Table,
  name: string,
  role: Role,
  more: { readonly services?: readonly string[]; readonly expiresAt?: number } = {},
): Promise<string> {
  const key = `fb_${name}`;
  await putApiKey(table, { key, role, name, createdAt: NOW - 1000, ...more });
  return key;
}
