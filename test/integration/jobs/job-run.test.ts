import middy from '@middy/core';
import { describe, expect, inject, it } from 'vitest';
import { jobRunPolicy, recordCounts } from '../../../middleware/job-run/index.ts';
import { current } from '../../../middleware/kernel/current.ts';
import { Refused } from '../../../middleware/kernel/errors.ts';
import { flyball } from '../../../middleware/govern.ts';
import { middlewareOf } from '../../../middleware/kernel/middleware.ts';
import type { Policy } from '../../../middleware/kernel/policy.ts';
import { endRun, listRuns } from '../../../store/items/job-runs.ts';
import { instanceKeys } from '../../../store/instance-keys.ts';
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
    rules: { jobs: { nightly: { schedule: 'cron(0 2 * * ? *)', maxRuntime: '5m', noHeartbeatFor: '2m' } } },
  });
  const run = (handler: () => Promise<unknown>, more: Policy[] = []) =>
    middy()
      .use(middlewareOf(instance, [jobRunPolicy('nightly'), ...more]))
      .handler(handler)(event, testContext(clock, 900_000) as never);
  const told = async () => {
    await expect.poll(() => instance.syncs.idle, SOON).toBe(true);
  };
  const runs = async () =>
    (await listRuns(sdk, { service: 'orders', job: 'nightly' }, { limit: 10, consistent: true })).runs;
  return { clock, run, runs, told, table: sdk };
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
        silenceMs: 120_000,
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

  it('says that it is alive and how far it has come, at most once in a quarter of a minute', async () => {
    const { clock, run, runs, told } = await world();
    await run(async () => {
      await told();
      flyball.heartbeat();
      flyball.progress({ done: 1, of: 9 });
      await told();
      expect(await runs()).toMatchObject([{ status: 'running', heardAt: undefined, progress: undefined }]);
      clock.advance(15_000);
      flyball.heartbeat();
      flyball.progress({ done: 5, of: 9 });
      await told();
      expect(await runs()).toMatchObject([{ heardAt: SCHEDULED + 16_000, progress: { done: 1, of: 9 } }]);
      clock.advance(15_000);
      flyball.progress({ done: 6, of: 9 });
      await told();
      expect(await runs()).toMatchObject([{ heardAt: SCHEDULED + 31_000, progress: { done: 6, of: 9 } }]);
      flyball.progress({ done: 9, of: 9 });
    });
    expect(await runs()).toMatchObject([{ status: 'succeeded', progress: { done: 9, of: 9 } }]);
  });

  it.each<unknown>([undefined, null, {}, { done: NaN }, { done: -1 }, { done: '5' }, { of: 4 }])(
    'keeps what it said last instead of the progress %j',
    async (progress) => {
      const { run, runs } = await world();
      await run(async () => {
        flyball.progress({ done: 3 });
        flyball.progress(progress as never);
      });
      expect(await runs()).toMatchObject([{ progress: { done: 3 } }]);
    },
  );

  it('whose beginning the store does not have is begun by its first sign of life', async () => {
    const { clock, run, runs, told, table } = await world();
    await run(async () => {
      await told();
      const [begun] = await runs();
      const startedAt = new Date(begun?.startedAt ?? 0).toISOString();
      await table.delete({ key: instanceKeys.jobRun('orders', 'nightly', startedAt, 'request-1') });
      clock.advance(15_000);
      flyball.heartbeat();
      await told();
      expect(await runs()).toMatchObject([{ status: 'running', startedAt: SCHEDULED + 1_000 }]);
    });
  });

  it('that was given up stays so, whatever it says', async () => {
    const { clock, run, runs, told, table } = await world();
    await run(async () => {
      await told();
      const [begun] = await runs();
      if (begun) await endRun(table, begun, { status: 'failed', endedAt: SCHEDULED + 5_000, durationMs: 4_000 });
      clock.advance(15_000);
      flyball.heartbeat();
      await told();
      expect(await runs()).toMatchObject([{ status: 'failed', heardAt: undefined }]);
    });
  });

  it('is not held up by a store that is away when it tells of itself', async () => {
    const { clock, run } = await world({ away: true });
    const tells = async () => {
      clock.advance(15_000);
      flyball.heartbeat();
      return 'done';
    };
    expect(await run(tells)).toBe('done');
  });
});
