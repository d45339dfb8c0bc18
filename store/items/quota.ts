// A fixed window's counter in the table: one item per key and window, each take one conditional update.
import { keys } from '../keys.ts';
import type { CallOptions, Key, Table } from '../port.ts';
import { ITEM_VERSION, fieldsOf } from './fields.ts';
import type { BucketName } from './throttle.ts';

export interface Counted {
  readonly applied: boolean;
  /** Tokens used in this window after the write or, if that was not applied, as they stand. */
  readonly used: number;
}

export interface QuotaCounter {
  /** Uses `tokens` unless that would be more than `limit`. `expiration` in s since the epoch. */
  take(tokens: number, limit: number, expiration: number, options?: CallOptions): Promise<Counted>;
  /** Gives tokens back: within one window nothing refills, so that subtracting credits nobody twice. */
  giveBack(tokens: number, options?: CallOptions): Promise<void>;
}

/** The counter of the window that begins at `startMs`. */
export function quotaCounter(table: Table, name: BucketName, startMs: number): QuotaCounter {
  const { service, rule, algorithm, generation } = name;
  const key: Key = keys.bucket(service, rule, algorithm, generation, `${startMs}#${name.key}`);
  return {
    async take(tokens, limit, expiration, options) {
      const { applied, item } = await table.update({
        key,
        update: 'SET v = :v, expiration = :expiration ADD used :tokens',
        condition: 'attribute_not_exists(used) OR used <= :most',
        values: { ':v': ITEM_VERSION, ':expiration': expiration, ':tokens': tokens, ':most': limit - tokens },
        ...options,
      });
      return { applied, used: item ? fieldsOf(item).number('used') : 0 };
    },
    async giveBack(tokens, options) {
      await table.update({
        key,
        update: 'ADD used :back',
        condition: 'used >= :tokens',
        values: { ':back': -tokens, ':tokens': tokens },
        ...options,
      });
    },
  };
}
