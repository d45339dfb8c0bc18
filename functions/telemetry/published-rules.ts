// The rules that a service's instances are under, for what is judged by them.
import type { RuleDocument } from '../../middleware/kernel/rules/document.ts';
import { UnreadableItem } from '../../store/items/fields.ts';
import { readDocument, readHead } from '../../store/items/rules-read.ts';
import type { Table } from '../../store/port.ts';

export interface PublishedRules {
  readonly revision: number;
  /** Undefined when it is damaged, or a newer flyball wrote it. */
  readonly document: RuleDocument | undefined;
}

/** Undefined when nothing has been published. */
export async function readPublished(table: Table, service: string): Promise<PublishedRules | undefined> {
  const head = await readHead(table, service);
  if (!head) return undefined;
  const { revision } = head;
  try {
    return { revision, document: (await readDocument(table, service, revision, 0)) as RuleDocument };
  } catch (error) {
    if (error instanceof UnreadableItem) return { revision, document: undefined };
    throw error;
  }
}
