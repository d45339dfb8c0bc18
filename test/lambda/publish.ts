// Publishes rules as the config center does, for functions under the emulator.
import type { Table } from '../../store/port.ts';
import { publishRevision, readHead } from '../../store/items/rules.ts';

/** The next revision of a service: `sections` of a rule document. */
export async function publish(table: Table, service: string, sections: object): Promise<void> {
  const document = { apiVersion: 'flyball/v1', service, ...sections };
  const head = await readHead(table, service);
  const published = await publishRevision(table, {
    service,
    document,
    source: JSON.stringify(document),
    author: 'test',
    note: 'test',
    at: Date.now(),
    expectedSeq: head?.seq ?? 0,
  });
  if (!published.applied) throw new Error(`The rules of ${service} were published by somebody else.`);
}
