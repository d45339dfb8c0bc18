// The heartbeat of the tick that looks after alerts: who finds it old knows that nobody is told of anything.
import { alertKeys } from '../alert-keys.ts';
import type { Table } from '../port.ts';
import { fieldsOf, ITEM_VERSION } from './fields.ts';

/** What the last tick came to. Times are ms since the epoch. */
export interface AlertTick {
  readonly at: number;
  readonly open: number;
  readonly sent: number;
  readonly failed: number;
  /** False when time ran out, or something could not be looked at. */
  readonly complete: boolean;
}

/** Of two at once the later one counts. */
export async function noteAlertTick(table: Table, tick: AlertTick): Promise<void> {
  await table.put({
    item: { ...alertKeys.alertTick(), v: ITEM_VERSION, ...tick },
    condition: 'attribute_not_exists(pk) OR #at <= :at',
    names: { '#at': 'at' },
    values: { ':at': tick.at },
  });
}

export async function readAlertTick(table: Table): Promise<AlertTick | undefined> {
  const item = await table.get(alertKeys.alertTick(), { consistent: true });
  if (!item) return undefined;
  const { number } = fieldsOf(item);
  return {
    at: number('at'),
    open: number('open'),
    sent: number('sent'),
    failed: number('failed'),
    complete: item['complete'] === true,
  };
}
