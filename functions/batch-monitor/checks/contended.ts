// Says so, in a way that clients understand, when too many change one check at once: nothing was written, try again.
import type { Check } from '../../../store/items/check-record.ts';
import { changeCheck, CheckContended } from '../../../store/items/checks.ts';
import type { Table } from '../../../store/port.ts';
import { Problem } from '../../api/index.ts';

/** As `changeCheck`. @throws {Problem} 503 when others kept winning. */
export async function changeOrPutOff(
  table: Table,
  uuid: string,
  change: Parameters<typeof changeCheck>[2],
): Promise<Check | undefined> {
  try {
    return await changeCheck(table, uuid, change);
  } catch (error) {
    if (!(error instanceof CheckContended)) throw error;
    throw new Problem(503, 'too many change this check at once; nothing was written, try again', {
      code: error.code,
      headers: { 'retry-after': '1' },
    });
  }
}
