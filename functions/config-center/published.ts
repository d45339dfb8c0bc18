// The rules of a service that are in force.
import type { RuleDocument } from '../../middleware/kernel/rules/document.ts';
import { UnreadableItem } from '../../store/items/fields.ts';
import { readDocument, readHead } from '../../store/items/rules.ts';
import type { Table } from '../../store/port.ts';

/** Undefined when nothing is published, or nobody can read it: instances cannot, either. */
export async function publishedOf(table: Table, service: string): Promise<RuleDocument | undefined> {
  const head = await readHead(table, service, { consistent: true });
  if (!head) return undefined;
  try {
    return (await readDocument(table, service, head.revision, 0)) as RuleDocument;
  } catch (error) {
    if (error instanceof UnreadableItem) return undefined;
    throw error;
  }
}
