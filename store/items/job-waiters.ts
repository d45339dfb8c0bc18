// Which jobs wait for a job: the reverse of `after`. An entry may be older than what its job waits for: ask that.
import { keys } from '../keys.ts';
import type { Table } from '../port.ts';
import { fieldsOf, ITEM_VERSION } from './fields.ts';

export interface JobName {
  readonly service: string;
  readonly job: string;
}

/** Lists `waiter` with each job that it waits for. */
export async function putWaiters(table: Table, waiter: JobName, awaited: readonly JobName[]): Promise<void> {
  const { service, job } = waiter;
  for (const each of awaited) {
    await table.put({
      item: { ...keys.jobWaiter(each.service, each.job, service, job), v: ITEM_VERSION, service, job },
    });
  }
}

export async function forgetWaiters(table: Table, waiter: JobName, awaited: readonly JobName[]): Promise<void> {
  for (const { service, job } of awaited) {
    await table.delete({ key: keys.jobWaiter(service, job, waiter.service, waiter.job) });
  }
}

/** Who may wait for a job, by name; at most `limit` of them. */
export async function listWaiters(table: Table, { service, job }: JobName, limit: number): Promise<JobName[]> {
  const { items } = await table.query({ pk: keys.jobWaiter(service, job, '', '').pk, limit, consistent: true });
  return items.map((item) => {
    const { text } = fieldsOf(item);
    return { service: text('service'), job: text('job') };
  });
}
