// The baseline that is in force.
import { readDocument, readHead } from '../../../store/items/rules.ts';
import type { Table } from '../../../store/port.ts';
import { BASELINE_ID } from '../document-id.ts';
import { readable } from '../unreadable.ts';
import type { Baseline } from './schema.ts';

/** Undefined before one has been published. @throws {Problem} 409 when it cannot be read: rules are not published past it. */
export async function baselineInForce(table: Table): Promise<Baseline | undefined> {
  const head = await readHead(table, BASELINE_ID, { consistent: true });
  if (!head) return undefined;
  return readable(BASELINE_ID, async () => (await readDocument(table, BASELINE_ID, head.revision, 0)) as Baseline);
}
