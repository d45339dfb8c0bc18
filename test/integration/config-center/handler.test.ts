import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { parse } from 'yaml';
import type * as deployed from '../../../functions/config-center/handler.ts';
import { httpV2, type WebRequest } from '../../support/events.ts';
import { testContext } from '../../support/instance.ts';
import { systemClock } from '../../../middleware/kernel/clock.ts';
import { createTable } from '../table.ts';
import { startCenter } from './center.ts';

type Handler = typeof deployed.handler;

describe('the deployed function', () => {
  let handler: Handler;

  beforeAll(async () => {
    const { tableName, sdk } = await createTable(inject('dynamodb'));
    const { send } = await startCenter(sdk);
    const rules = parse(readFileSync('functions/config-center/flyball.rules.yaml', 'utf8')) as object;
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
    let status: number | undefined;
    // The burst is 200, and one machine cannot ask 50 times a second for ever.
    for (let i = 0; i < 2000 && status !== 429; i++) status = (await ask('198.51.100.1')).statusCode;
    const refused = await ask('198.51.100.1');
    expect(refused).toMatchObject({ statusCode: 429, headers: { 'content-type': 'application/problem+json' } });
    expect(refused.headers?.['retry-after']).toMatch(/^[1-9][0-9]*$/);
    expect(await ask('198.51.100.2')).toMatchObject({ statusCode: 200 });
  });
});
