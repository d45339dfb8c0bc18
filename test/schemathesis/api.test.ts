// The started control plane against `/openapi.json`: each operation answers as it is described, whatever it is sent.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { install, PYTHON } from '../../infra/schemathesis/tools.ts';
import { request } from '../e2e/client.ts';
import { openApi, publishWithoutLimits, type OpenApi } from './control-plane.ts';
import { runSchemathesis, type Tried } from './run.ts';

const { http, adminToken } = inject('world');
const document: OpenApi = await openApi();
// schemathesis passes over what it reads the description from.
const operations = Object.entries(document.paths)
  .filter(([path]) => path !== '/openapi.json')
  .flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`));

let folder = '';
let tried: ReadonlyMap<string, Tried>;

beforeAll(async () => {
  install();
  folder = mkdtempSync(join('.flyball', 'schemathesis-run-'));
  // Before it is tried: what schemathesis leaves behind is no part of it.
  writeFileSync(join(folder, 'openapi.json'), JSON.stringify(document));
  await publishWithoutLimits();
  tried = await runSchemathesis(`${http}/openapi.json`, adminToken, folder);
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('the description', () => {
  it('is OpenAPI 3.1', () => {
    const printed = execFileSync(PYTHON, ['-m', 'openapi_spec_validator', join(folder, 'openapi.json')], {
      encoding: 'utf8',
    });
    expect(printed).toContain('OK');
  });

  it('has paths in a good number', () => {
    expect(operations.length).toBeGreaterThan(50);
  });
});

describe('as it is described answers', () => {
  it.each(operations)('%s', (operation) => {
    const { cases, failures } = tried.get(operation) ?? { cases: 0, failures: [] };
    expect(failures).toEqual([]);
    expect(cases).toBeGreaterThan(0);
  });
});

describe('when all of it has been tried', () => {
  it('most operations have done what they are for at least once', () => {
    const done = [...tried.values()].filter(({ statuses }) => statuses.some((status) => status < 300));
    expect(done.length).toBeGreaterThan(operations.length / 2);
  });

  it('the control plane still works', async () => {
    const authorization = `Bearer ${adminToken}`;
    expect(await request('GET', '/v1/services', undefined, { authorization })).toMatchObject({ status: 200 });
    expect(await request('GET', '/v1/health')).toMatchObject({ status: 200, body: { status: 'up' } });
  });
});
