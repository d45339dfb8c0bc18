// The keys of alerts: all are of the control plane alone.
import { createHash } from 'node:crypto';
import type { Key } from './port.ts';

/** All alerts that are not settled are found by the index of what is due. */
export const DUE_ALERTS = 'alerts';

/** What the items of a condition are named by. */
export const hashOfCondition = (key: string): string => createHash('sha256').update(key).digest('hex').slice(0, 32);

export const alertKeys = {
  /** The present episode of a condition, or its last one; by the hash of the condition's key. */
  alert: (hash: string): Key => ({ pk: `ctl#alert#${hash}`, sk: 'alert' }),
  /** An episode that another has followed. */
  alertEpisode: (hash: string, n: number): Key => ({
    pk: `ctl#alert#${hash}`,
    sk: `episode#${String(n).padStart(10, '0')}`,
  }),
  /** The alerts that began on one day (UTC `yyyy-mm-dd`), in order of time. */
  alertEntry: (day: string, since: string, id: string): Key => ({ pk: `ctl#alerts#${day}`, sk: `${since}#${id}` }),
  /** What could not be delivered, in order of time. */
  deadDelivery: (at: string, delivery: string): Key => ({ pk: 'ctl#alerts#dead', sk: `${at}#${delivery}` }),
  silence: (id: string): Key => ({ pk: 'ctl#alert-silences', sk: id }),
  /** When alerts were last looked at. */
  alertTick: (): Key => ({ pk: 'ctl#alert-tick', sk: 'tick' }),
} as const;
