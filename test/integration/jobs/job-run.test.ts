import middy from '@middy/core';
import { describe, expect, inject, it } from 'vitest';
import { jobRunPolicy, recordCounts } from '../../../middleware/job-run/index.ts';
import { current } from '../../../middleware/kernel/current.ts';
import { Refused } from '../../../middleware/kernel/errors.ts';
import { middlewareOf } from '../../../middleware/kernel/middleware.ts';
import type { Policy } from '../../../middleware/kernel/policy.ts';
import { listRuns } from '../../../store/items/job-runs.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { noTable, testContext, testInstance } from '../../support/instance.ts';
import { createTable } from '../table.ts';
import { SOON } from '../../support/patience.ts';

const SCHEDULED = Date.UTC(2026, 2, 2, 2);
const event = {
  id: 'e',
  'detail-type': 'Scheduled Event',
  source: 'aws.events',
  time: '2026-03-02T02:00:00Z',
  resources: ['arn:aws:events:eu-central-1:000000000000:rule/nightly'],
  detail: {},
};

async function world(options: { away?: boolean } = {}) {
  const { sdk, signed } = await createTable(inject('dynamodb'));
  const clock = fakeClock(SCHEDULED + 1_000);
  const instance = testInstance({
    clock,
    table: options.away ? noTable : signed,
    rules: { jobs: { nightly: { schedule: 'cron(0 2 * * ? *)', maxRuntime: '5m' } } },
  });
  const run = (handler: () => Promise<unknown>, more: Policy[] = []) =>
    middy()
      .use(middlewareOf(instance, [jobRunPolicy('nightly'), ...more]))
      .handler(handler)(event, testContext(clock, 900_000) as never);
  const runs = async () =>
    (await listRuns(sdk, { service: 'orders', job: 'nightly' }, { limit: 10, consistent: true })).runs;
  return { clock, run, runs };
}

describe('a job run', () => {
  it('is accounted for with its slot, its duration and what it counted', async () => {
    const { clock, run, runs } = await world();
    await run(async () => {
      const invocation = current();
      if (invocation) recordCounts(invocation, { read: 10, written: 8 });
      if (invocation) recordCounts(invocation, { read: 5, failed: 2 });
      clock.advance(90_000);
    });
    expect(await runs()).toMatchObject([
      {
        status: 'succeeded',
        scheduledAt: SCHEDULED,
        startedAt: SCHEDULED + 1_000,
        durationMs: 90_000,
        maxRuntimeAt: SCHEDULED + 301_000,
        counts: { read: 15, written: 8, failed: 2 },
      },
    ]);
  });

  it('is seen as running while it runs', async () => {
    const { run, runs } = await world();
    await run(async () => {
      await expect.poll(runs, SOON).toMatchObject([{ status: 'running' }]);
    });
  });

  it('fails with the exception, its place in the code and a fingerprint, and the handler error stands', async () => {
    const { run, runs } = await world();
    const failure = new TypeError('no rows');
    await expect(run(() => Promise.reject(failure))).rejects.toBe(failure);
    const [failed] = await runs();
    expect(failed).toMatchObject({ status: 'failed', error: { name: 'TypeError', message: 'no rows' } });
    expect(failed?.error?.fingerprint).toMatch(/^[0-9a-f]{16}$/);
    expect(failed?.error?.frames?.[0]).toContain('job-run.test.ts');
  });

  it('is skipped, not failed, when flyball itself refused it', async () => {
    const { run, runs } = await world();
    const refuses: Policy = {
      name: 'refuses',
      compile: () => ({}),
      before: () => {
        throw new Refused({ by: 'shed', rule: 'all', message: 'paused', statusCode: 503 });
      },
    };
    await run(async () => 'never', [refuses]);
    expect(await runs()).toMatchObject([{ status: 'skipped' }]);
  });

  it('never fails a healthy job because the store is away', async () => {
    const { run } = await world({ away: true });
    expect(await run(async () => 'done')).toBe('done');
  });
});
