// Resources that wait for jobs, as they are published: who is warned of what, and what a job says of whom it pauses.
import { beforeEach, describe, expect, inject, it } from 'vitest';
import { declareJobs, readJob } from '../../../store/items/jobs.ts';
import type { Table } from '../../../store/port.ts';
import { createTable } from '../table.ts';
import { NOW, startCenter, type Center } from './center.ts';

const schedule = '0 2 * * *';
const resources = {
  trade: {
    match: { path: '/trade' },
    pausedWhile: ['rebalance', { service: 'bank', job: 'settlement' }, { service: 'bank', job: 'quiet' }],
  },
  quote: {
    match: { path: '/quote' },
    pausedWhile: [
      { service: 'bank', job: 'settlement' },
      { service: 'x', job: 'y' },
    ],
  },
};
const body = { apiVersion: 'flyball/v1', service: 'trading', resources, jobs: { rebalance: { schedule } } };

let table: Table;
let send: Center['send'];
beforeEach(async () => {
  table = (await createTable(inject('dynamodb'))).sdk;
  send = (await startCenter(table)).send;
  const jobs = { settlement: { schedule, announced: true }, quiet: { schedule } };
  await declareJobs(table, { service: 'bank', jobs, atMs: NOW - 1 });
});

describe('a document whose resources wait for jobs of other services', () => {
  it('is warned of those that there are not, and of those that tell nobody', async () => {
    const answer = await send('POST', '/v1/services/trading/draft/validate', { body });
    expect(answer.status).toBe(200);
    expect((answer.body as { warnings?: unknown }).warnings).toEqual([
      {
        path: '/resources/trade/pausedWhile/2',
        reason: 'the job "quiet" of "bank" tells nobody of its runs: publish it there with announced: true',
      },
      { path: '/resources/quote/pausedWhile/1', reason: 'the service "x" has no job "y": nothing is paused' },
    ]);
  });
});

describe('a job that is declared', () => {
  it('keeps which resources of its service it pauses, and whether others are told', async () => {
    const publish = async (document: object) => {
      expect((await send('PUT', '/v1/services/trading/draft', { body: document })).status).toBeLessThan(300);
      expect((await send('POST', '/v1/services/trading/publish', { body: { note: 'a test' } })).status).toBe(200);
    };
    await publish(body);
    expect(await readJob(table, 'trading', 'rebalance')).toMatchObject({ pausing: ['trade'] });
    await publish({ ...body, resources: {}, jobs: { rebalance: { schedule, announced: true } } });
    const job = await readJob(table, 'trading', 'rebalance');
    expect([job?.announced, job?.pausing]).toEqual([true, undefined]);
  });
});
