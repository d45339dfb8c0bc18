// The channels that the routing of alerts names, for those who ask for one by name and have no business with the rest of it.
import type { Table } from '../port.ts';
import { readDocument, readHead } from './rules-read.ts';

/** What the routing document is kept as: a name that no service can have. */
export const ALERT_ROUTING = '_alert-routing';

export interface NamedChannel {
  readonly name: string;
  readonly type: string;
}

/** The document in force as it is kept; undefined when there is none. */
export async function readRoutingDocument(table: Table): Promise<unknown> {
  const head = await readHead(table, ALERT_ROUTING, { consistent: true });
  return head && readDocument(table, ALERT_ROUTING, head.revision, 0);
}

/** Those of the document in force, as it names them; none when there is no document. */
export const alertChannels = async (table: Table): Promise<NamedChannel[]> =>
  channelsIn(await readRoutingDocument(table));

export function channelsIn(document: unknown): NamedChannel[] {
  return Object.entries(objectIn(document, 'channels')).map(([name, said]) => {
    const type: unknown = typeof said === 'object' && said !== null ? Reflect.get(said, 'type') : undefined;
    return { name, type: typeof type === 'string' ? type : '' };
  });
}

function objectIn(document: unknown, field: string): object {
  const value: unknown = typeof document === 'object' && document !== null ? Reflect.get(document, field) : undefined;
  return typeof value === 'object' && value !== null ? value : {};
}
