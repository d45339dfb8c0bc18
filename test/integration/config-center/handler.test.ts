import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { parse } from 'yaml';
import type * as deployed from '../../../functions/config-center/handler.ts';
import { httpV2, type WebRequest } from '../../support/events.ts';
import { testContext } from '../../support/instance.ts';
import { systemClock } from '../../../middleware/kernel/clock.ts';
import type { RuleDocument } from '../../../middleware/kernel/rules/document.ts';
import { createTable } from '../table.ts';
import { startCenter } from './center.ts';

type Handler = typeof deployed.handler;

describe('the deployed function', () => {
  let handler: Handler;

  beforeAll(async () => {
    const { tableName, sdk } = await createTable(inject('dynamodb'));
    const { send } = await startCenter(sdk);
    const shipped = parse(readFileSync('functions/config-center/flyball.rules.yaml', 'utf8')) as RuleDocument;
    const perClient = shipped.throttles?.['per-client'];
    if (!perClient) throw new Error('the shipped rules have no throttle per-client');
    // The same rule with a limit that any machine outruns.
    const rules = { ...shipped, throttles: { 'per-client': { ...perClient, limit: '6/10min', burst: 6 } } };
    expect(await send('PUT', '/v1/services/config-center/draft', { body: rules })).toMatchObject({ status: 200 });
    await send('POST', '/v1/services/config-center/publish');
    process.env['FLYBALL_TABLE'] = tableName;
    ({ handler } = await import('../../../functions/config-center/handler.ts'));
  });

  const get = (path: string, request: WebRequest = {}) =>
    handler(httpV2({ method: 'GET', path, ...request }), testContext(systemClock));
  const admin = { authorization: 'Bearer fb_admin' };

  it('answers its routes', async () => {
    const answer = await get('/v1/services/config-center/rules', { headers: admin });
    expect(answer).toMatchObject({ statusCode: 200, headers: { 'flyball-revision': '1' } });
    expect(await get('/v1/services/config-center/rules')).toMatchObject({ statusCode: 401 });
    expect(await get('/v1/nothing')).toMatchObject({ statusCode: 404 });
    expect(await get('/v1/health')).toMatchObject({ statusCode: 200 });
  });

  it('is governed by its own rules: one client asking too often is refused, another is not', async () => {
    const ask = (sourceIp: string) => get('/v1/schema/rules', { sourceIp });
    for (let i = 0; i < 6; i++) expect(await ask('198.51.100.1')).toMatchObject({ statusCode: 200 });
    const refused = await ask('198.51.100.1');
    expect(refused).toMatchObject({ statusCode: 429, headers: { 'content-type': 'application/problem+json' } });
    expect(refused.headers?.['retry-after']).toMatch(/^[1-9][0-9]*$/);
    expect(await ask('198.51.100.2')).toMatchObject({ statusCode: 200 });
  });
});
