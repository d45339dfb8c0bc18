// A job that waits for another says whose failure keeps it: the root cause speaks, its followers are marked.
import { beforeEach, describe, expect, inject, it } from 'vitest';
import { standing } from '../../../functions/batch-monitor/standing.ts';
import { tick } from '../../../functions/batch-monitor/tick.ts';
import { endRun } from '../../../store/items/job-runs.ts';
import { declareJobs, readJob } from '../../../store/items/jobs.ts';
import type { Table } from '../../../store/port.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { silentLogger } from '../../support/instance.ts';
import { DAY, HOUR, MINUTE } from '../../support/jobs.ts';
import { createTable } from '../table.ts';

let table: Table;

const at = (hour: number, after?: string[]) => ({
  schedule: `cron(0 ${hour} * * ? *)`,
  ...(after === undefined ? {} : { after }),
});

beforeEach(async () => {
  table = (await createTable(inject('dynamodb'))).sdk;
  const orders = { load: at(2), clean: at(3, ['load']), report: at(4, ['billing:invoices', 'clean']) };
  await declareJobs(table, { service: 'orders', jobs: orders, atMs: DAY });
  // Two services that wait for each other.
  await declareJobs(table, { service: 'billing', jobs: { invoices: at(1, ['orders:report']) }, atMs: DAY });
});

async function ends(service: string, job: string, hour: number, status: 'succeeded' | 'failed') {
  const startedAt = DAY + hour * HOUR;
  const start = { service, job, run: 'r', startedAt, scheduledAt: startedAt, instance: 'i', requestId: 'r' };
  const endedAt = startedAt + MINUTE;
  await endRun(table, { ...start, limitAt: startedAt + 15 * MINUTE }, { status, endedAt, durationMs: MINUTE });
}

const becauseOf = async (service: string, job: string, hour: number) => {
  const found = await readJob(table, service, job);
  const stands = found && (await standing(table, found, DAY + hour * HOUR));
  return [stands?.status, stands?.because];
};

describe('because', () => {
  it('names the root of what waits for what, whether or not the monitor has looked', async () => {
    await ends('billing', 'invoices', 1, 'succeeded');
    await ends('orders', 'load', 2, 'failed');
    const all = async () => [
      await becauseOf('orders', 'load', 5),
      await becauseOf('orders', 'clean', 5),
      await becauseOf('orders', 'report', 5),
      await becauseOf('billing', 'invoices', 5),
    ];
    const expected = [
      ['failed', undefined],
      ['missed', 'orders:load'],
      ['missed', 'orders:load'],
      ['up', undefined],
    ];
    expect(await all()).toEqual(expected);
    await tick({ table, clock: fakeClock(DAY + 5 * HOUR), logger: silentLogger });
    expect(await all()).toEqual(expected);
  });

  it('says nothing of what became wrong only afterwards, or was well by then', async () => {
    await ends('billing', 'invoices', 1, 'failed');
    await ends('orders', 'load', 2, 'succeeded');
    await ends('orders', 'clean', 3, 'failed');
    expect(await becauseOf('orders', 'clean', 5)).toEqual(['failed', undefined]);
    expect(await becauseOf('orders', 'report', 5)).toEqual(['missed', 'billing:invoices']);
    await ends('orders', 'load', 4, 'failed');
    expect(await becauseOf('orders', 'clean', 5)).toEqual(['failed', undefined]);
  });
});
