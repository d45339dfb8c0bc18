// Says so, in a way that clients understand, when too many change one check at once: nothing was written, try again.
import { sleep, systemClock, systemRandom } from '../../../middleware/kernel/clock.ts';
import type { Check } from '../../../store/items/check-record.ts';
import { changeCheck, CheckContended } from '../../../store/items/checks.ts';
import type { Table } from '../../../store/port.ts';
import { Problem } from '../../api/index.ts';

/** Whoever has lost a race waits for less than this, ms, and for up to twice as long each time. */
const FIRST_WAIT_MS = 2;
const LONGEST_WAIT_MS = 64;

/** Each waits for another while: else all who lost would write at once again, and all but one lose again. */
const apart = (lost: number) =>
  sleep(systemClock, systemRandom() * Math.min(FIRST_WAIT_MS * 2 ** lost, LONGEST_WAIT_MS));

/** As `changeCheck`. @throws {Problem} 503 when others kept winning. */
export async function changeOrPutOff(
  table: Table,
  uuid: string,
  change: Parameters<typeof changeCheck>[2],
): Promise<Check | undefined> {
  try {
    return await changeCheck(table, uuid, change, apart);
  } catch (error) {
    if (!(error instanceof CheckContended)) throw error;
    throw new Problem(503, 'too many change this check at once; nothing was written, try again', {
      code: error.code,
      headers: { 'retry-after': '1' },
    });
  }
}
