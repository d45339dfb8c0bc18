// A table as the AWS SDK asks it: what is refused for being too much is asked again, ever later.
import { StoreUnavailable, type Table } from '../../../store/port.ts';
import { sleep } from '../../../middleware/kernel/clock.ts';
import type { Place } from './subject.ts';

/** aws-sdk 2, DynamoDB: ten retries, the first after up to 50 ms, and two minutes for an answer. */
const RETRIES = 10;
const BASE_MS = 50;
export const TIMEOUT_MS = 120_000;

/** @throws {StoreUnavailable} when the last retry is refused as well. */
export async function retried<T>({ sandbox, random }: Place, ask: () => Promise<T>): Promise<T> {
  for (let tried = 0; ; tried++) {
    try {
      return await ask();
    } catch (error) {
      const isThrottled = error instanceof StoreUnavailable && error.reason === 'throttled';
      if (!isThrottled || tried === RETRIES) throw error;
    }
    await sleep(sandbox.clock, random() * BASE_MS * 2 ** tried);
  }
}

export function tableOf({ sandbox, store }: Place): Table {
  return store.tableOf({ now: () => sandbox.clock.now(), deliver: (news) => sandbox.deliver(news) });
}
