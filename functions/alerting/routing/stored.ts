// The routing document in force: kept, numbered and gone back to as rule documents are, under a name that no service can have.
import { ALERT_ROUTING } from '../../../store/items/alert-routing.ts';
import { readDocument, readHead } from '../../../store/items/rules.ts';
import type { Table } from '../../../store/port.ts';
import type { Routing } from './document.ts';
import { validateRouting } from './validate.ts';

export interface RoutingInForce {
  readonly revision: number;
  /** Without quotes. */
  readonly etag: string;
  readonly document: unknown;
  readonly routing: Routing;
}

/** What is kept can no longer be routed by. */
export class RoutingUnreadable extends Error {
  override readonly name = 'RoutingUnreadable';
  readonly code = 'ROUTING_UNREADABLE';
}

export const etagOf = ({ seq, revision }: { readonly seq: number; readonly revision: number }): string =>
  `${seq}-${revision}`;

/** Undefined when there is no document, and nobody is told. @throws {RoutingUnreadable} */
export async function routingInForce(table: Table): Promise<RoutingInForce | undefined> {
  const head = await readHead(table, ALERT_ROUTING, { consistent: true });
  if (!head) return undefined;
  const document = await readDocument(table, ALERT_ROUTING, head.revision, 0);
  const validation = validateRouting(document);
  if (!validation.valid) {
    const [first] = validation.errors;
    throw new RoutingUnreadable(
      `Revision ${head.revision} of the routing of alerts is not what this flyball reads (${first?.path ?? ''}: ${first?.reason ?? ''}); PUT /v1/alerts/routing, or roll back`,
    );
  }
  return { revision: head.revision, etag: etagOf(head), document, routing: validation.routing };
}

/** Reads what is in force each time, and works it out only when it is another. */
export function routingReader(table: Table): () => Promise<RoutingInForce | undefined> {
  let known: RoutingInForce | undefined;
  return async () => {
    const head = await readHead(table, ALERT_ROUTING, { consistent: true });
    if (!head) return undefined;
    if (known?.etag !== etagOf(head)) known = await routingInForce(table);
    return known;
  };
}
