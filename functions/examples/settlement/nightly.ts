// The nightly batch: settles whatever the queue did not, as job `nightly-settlement`.
import { flyball, governed } from '../../../middleware/index.ts';
import { logged, loggerOf } from '../../api/logging.ts';
import { openOrders, settle } from './settle.ts';

const logger = loggerOf('settlement');

const nightly = governed({ service: 'settlement', job: 'nightly-settlement', logger }, async () => {
  let after: string | undefined;
  const failures: unknown[] = [];
  do {
    const page = await openOrders(after);
    const results = await Promise.allSettled(page.ids.map(settle));
    const failed = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
    failures.push(...failed);
    flyball.counts({ read: page.ids.length, written: page.ids.length - failed.length, failed: failed.length });
    after = page.next;
  } while (after !== undefined);
  if (failures.length > 0) throw new AggregateError(failures, `${failures.length} orders could not be settled`);
});

export const handler = logged(logger, nightly);
