import { beforeAll, describe, expect, it } from 'vitest';
import { createApi } from '../../../../functions/api/index.ts';
import { alertingRoutes } from '../../../../functions/alerting/api.ts';
import { batchMonitorRoutes } from '../../../../functions/batch-monitor/api.ts';
import { createConfigCenter } from '../../../../functions/config-center/config-center.ts';
import { telemetryRoutes } from '../../../../functions/telemetry/routes.ts';
import { httpV2 } from '../../../support/events.ts';
import { fakeClock } from '../../../support/fake-clock.ts';
import { noTable, silentLogger } from '../../../support/instance.ts';

interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly security: readonly object[];
  readonly parameters: readonly { readonly in: string; readonly name: string; readonly required?: boolean }[];
  readonly requestBody?: { readonly required: boolean; readonly content: Readonly<Record<string, object>> };
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, object>> }>>;
}

interface OpenApi {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, object>>; readonly securitySchemes: object };
}

const [table, clock, logger] = [noTable, fakeClock(), silentLogger];
const routes = createConfigCenter({
  ...{ table, clock, logger },
  newId: () => 'id',
  healthUrls: [],
  probe: () => Promise.resolve(),
});
const shared = { table, clock, logger, newId: () => 'id' };
const all = [
  ...routes,
  ...telemetryRoutes(table),
  ...batchMonitorRoutes(shared),
  ...alertingRoutes({ ...shared, cell: 'test', channels: () => () => Promise.resolve() }),
];

/** Pings, and checks: preflights fail as any route of ours. */
const FOREIGN = /^(?!OPTIONS).+ \/(?:ping|api)\//;

let document: OpenApi;
let operations: readonly (readonly [string, Operation])[];

beforeAll(async () => {
  const answer = await createApi({ routes, table, clock, logger })(httpV2({ method: 'GET', path: '/openapi.json' }), {
    awsRequestId: 'request-1',
  });
  document = JSON.parse(answer.body ?? '') as OpenApi;
  operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => [`${method.toUpperCase()} ${path}`, operation] as const),
  );
});

describe('the description of the API', () => {
  it('has every route of every function', () => {
    const described = operations.map(([route]) => route).sort();
    expect(described).toEqual(all.map(({ method, path }) => `${method} ${path}`).sort());
    expect(document.openapi).toBe('3.1.0');
  });

  it('names each operation once, in one line', () => {
    const ids = operations.map(([, { operationId }]) => operationId);
    expect(ids).toEqual([...new Set(ids)]);
    expect(ids.filter((id) => !/^[a-z]+[A-Za-z0-9]*$/.test(id))).toEqual([]);
    expect(operations.filter(([, { summary }]) => summary.length > 100 || !/^[A-Z][^\n]*[^.]$/.test(summary))).toEqual(
      [],
    );
  });

  it('asks for credentials wherever a route does', () => {
    const open = operations.filter(([, { security }]) => security.length === 0).map(([route]) => route);
    expect(open.sort()).toEqual(
      all
        .filter(({ role }) => role === undefined)
        .map(({ method, path }) => `${method} ${path}`)
        .sort(),
    );
    expect(document.components.securitySchemes).toMatchObject({
      bearer: { type: 'http', scheme: 'bearer' },
      apiKey: { in: 'header', name: 'x-api-key' },
    });
  });

  it('requires If-Match of those that answer 428 without it, and of no others', () => {
    const required = operations
      .filter(([, { parameters }]) => parameters.some(({ in: where, required }) => where === 'header' && required))
      .map(([operation]) => operation);
    const refusing = operations.filter(([, { responses }]) => '428' in responses).map(([operation]) => operation);
    expect(required).toEqual(refusing);
    expect(required).toContain('DELETE /v1/services/{service}/rules');
    expect(required).toContain('POST /v1/services/{service}/draft/approve');
  });

  it('refers to nothing that is not there', () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)];
    expect(references.length).toBeGreaterThan(20);
    const missing = references.filter(([, name = '']) => !Object.hasOwn(document.components.schemas, name));
    expect(missing).toEqual([]);
    expect(JSON.stringify(document)).not.toContain('#/$defs/');
  });

  it('says that errors are problems', () => {
    for (const [route, { responses }] of operations.filter(([of]) => !FOREIGN.test(of))) {
      expect(responses['400']?.content, route).toEqual({
        'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } },
      });
    }
  });

  it('says that errors of an API that is somebody else’s are as they are there', () => {
    for (const [route, { responses }] of operations.filter(([of]) => FOREIGN.test(of))) {
      const content = route.includes('/ping/')
        ? { 'text/plain': { schema: { type: 'string' } } }
        : { 'application/json': { schema: { $ref: '#/components/schemas/CheckError' } } };
      expect(responses['400']?.content, route).toEqual(content);
    }
    expect(operations.filter(([of]) => FOREIGN.test(of)).length).toBeGreaterThan(20);
  });

  it('has what a client needs to know of a route', () => {
    const put = document.paths['/v1/services/{service}/draft']?.['put'];
    expect(put?.parameters.map(({ in: place, name }) => `${place} ${name}`)).toEqual([
      'path service',
      'header if-match',
      'header if-none-match',
    ]);
    expect(Object.keys(put?.requestBody?.content ?? {})).toEqual(['application/json', 'application/yaml']);
    expect(put?.responses['412']).toMatchObject({ headers: { etag: {} } });
    const series = document.paths['/v1/telemetry/series']?.['get'];
    expect(series?.parameters.filter(({ required }) => required === true).map(({ name }) => name)).toEqual(['service']);
  });
});
