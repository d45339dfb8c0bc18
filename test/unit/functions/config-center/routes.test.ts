import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { createConfigCenter } from '../../../../functions/config-center/config-center.ts';
import { fakeClock } from '../../../support/fake-clock.ts';
import { noTable, silentLogger } from '../../../support/instance.ts';

interface FunctionFile {
  readonly configCenter: {
    readonly events: readonly { readonly httpApi: { readonly method: string; readonly path: string } }[];
  };
}

const routes = createConfigCenter({
  table: noTable,
  clock: fakeClock(),
  newId: () => 'id',
  logger: silentLogger,
  healthUrls: [],
  probe: () => Promise.resolve(),
});

const { configCenter } = parse(readFileSync('functions/config-center/function.yml', 'utf8')) as FunctionFile;
const gateway = configCenter.events.map(({ httpApi }) => httpApi);

describe('the gateway', () => {
  it.each(routes.map(({ method, path }) => [method, path]))('passes %s %s on', (_method, path) => {
    const passes = gateway.some((event) =>
      event.path.endsWith('/{proxy+}') ? path.startsWith(event.path.slice(0, -'{proxy+}'.length)) : event.path === path,
    );
    expect(passes).toBe(true);
  });
});

describe('what anyone may ask', () => {
  it('is health, the schemas and the description of the API, and nothing else', () => {
    expect(routes.filter(({ role }) => role === undefined).map(({ method, path }) => `${method} ${path}`)).toEqual([
      'GET /v1/schema/baseline',
      'GET /v1/health',
      'GET /v1/schema/rules',
      'GET /openapi.json',
    ]);
  });

  it('lets nobody below a publisher change what is in force', () => {
    const changing = routes.filter(({ path }) => /\/(publish|promote|abort|rollback|force)$/.test(path));
    expect(changing.map(({ method, path, role }) => `${method} ${path} ${role}`).sort()).toEqual([
      'POST /v1/baseline/publish admin',
      'POST /v1/baseline/rollback admin',
      'POST /v1/services/{service}/breakers/{breaker}/force publisher',
      'POST /v1/services/{service}/config/{namespace}/gray/abort publisher',
      'POST /v1/services/{service}/config/{namespace}/gray/promote publisher',
      'POST /v1/services/{service}/config/{namespace}/publish publisher',
      'POST /v1/services/{service}/config/{namespace}/rollback publisher',
      'POST /v1/services/{service}/gray/abort publisher',
      'POST /v1/services/{service}/gray/promote publisher',
      'POST /v1/services/{service}/publish publisher',
      'POST /v1/services/{service}/rollback publisher',
    ]);
  });
});
