// What of a revision that was published once the baseline in force now does not allow.
import { namespaceOf } from '../../../store/config-id.ts';
import { readDocument } from '../../../store/items/rules.ts';
import type { Table } from '../../../store/port.ts';
import { pointerOf, type FieldError } from '../../api/index.ts';
import { readable } from '../unreadable.ts';
import { breachesOf } from './guardrails.ts';
import { baselineInForce } from './in-force.ts';

/** None of free-form configuration: guardrails are about rules. @throws {Problem} 409 when either cannot be read. */
export async function brokenBy(table: Table, id: string, revision: number): Promise<FieldError[]> {
  const baseline = namespaceOf(id) ? undefined : await baselineInForce(table);
  if (!baseline?.guardrails) return [];
  const document = await readable(id, () => readDocument(table, id, revision, 0));
  return breachesOf(id, document, baseline).map(({ place, reason }) => ({ path: pointerOf(place), reason }));
}
