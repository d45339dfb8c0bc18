// The baseline that is in force.
import { readDocument, readHead } from '../../../store/items/rules.ts';
import type { Table } from '../../../store/port.ts';
import { Problem } from '../../api/index.ts';
import { BASELINE_ID } from '../document-id.ts';
import { readable } from '../unreadable.ts';
import type { Baseline } from './schema.ts';

/** Undefined before one has been published. @throws {Problem} 409 when it cannot be read: rules are not published past it. */
export async function baselineInForce(table: Table): Promise<Baseline | undefined> {
  const head = await readHead(table, BASELINE_ID, { consistent: true });
  if (!head) return undefined;
  return readable(BASELINE_ID, async () => (await readDocument(table, BASELINE_ID, head.revision, 0)) as Baseline);
}

/** How many others must agree to a draft by the baseline; none by one that nobody can read, past which only it is published. */
export async function approvalsInForce(table: Table): Promise<number> {
  try {
    return (await baselineInForce(table))?.approvals?.publish ?? 0;
  } catch (error) {
    if (error instanceof Problem) return 0;
    throw error;
  }
}
