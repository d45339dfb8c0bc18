// How a service that nobody has published rules for becomes known: its instances say that they report.
import { due, instanceKeys } from '../instance-keys.ts';
import type { CallOptions, Table } from '../port.ts';
import { ITEM_VERSION } from './fields.ts';

/** How long an announcement is kept, in ms; it is made anew before. */
export const ANNOUNCEMENT_KEPT_MS = 24 * 3_600_000;

/** Puts the service where the merge looks for what is due. `nowMs` is the store's time. */
export async function announce(table: Table, service: string, nowMs: number, options: CallOptions = {}): Promise<void> {
  await table.put({
    item: {
      ...instanceKeys.announcement(service),
      v: ITEM_VERSION,
      service,
      due: due.services,
      dueAt: nowMs,
      expiration: Math.ceil((nowMs + ANNOUNCEMENT_KEPT_MS) / 1000),
    },
    ...options,
  });
}
