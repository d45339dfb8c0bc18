// A sliding window's counts in the table: one item per key with this window's and the last one's, each take one update.
import { instanceKeys } from '../instance-keys.ts';
import type { CallOptions, Item, Key, Table, Written } from '../port.ts';
import { fieldsOf, ITEM_VERSION } from './fields.ts';
import type { BucketName } from './throttle.ts';

/** What an item holds. */
export interface SlidingRecord {
  /** When its window began, epoch ms. */
  readonly startMs: number;
  readonly current: number;
  /** Of the window before. */
  readonly previous: number;
}

export interface SlidingTaken {
  readonly applied: boolean;
  /** As it stands after the write or, if that was not applied, in its way; undefined if there is none. */
  readonly record: SlidingRecord | undefined;
}

interface Take {
  readonly tokens: number;
  readonly startMs: number;
  readonly expiration: number;
}

export interface SlidingStore {
  /** Counts in the window the item is in, if the last one's count is no more than was thought. */
  takeOn(
    take: Take & { readonly previous: number; readonly most: number },
    options?: CallOptions,
  ): Promise<SlidingTaken>;
  /** Begins the window after the one the item is in, if no more than `most` was counted in that. */
  takeNext(
    take: Take & { readonly lastMs: number; readonly most: number },
    options?: CallOptions,
  ): Promise<SlidingTaken>;
  /** Begins anew: nothing has been counted for at least a whole window before. */
  takeFirst(take: Take & { readonly lastMs: number }, options?: CallOptions): Promise<SlidingTaken>;
  /** Gives back what was counted in this window, if it is still the one that counts. */
  giveBack(tokens: number, startMs: number, options?: CallOptions): Promise<void>;
}

// `current` and `start` are reserved words of DynamoDB's.
const COUNTS = { '#start': 'start', '#current': 'current' };

export function slidingStore(table: Table, name: BucketName): SlidingStore {
  const key = keyOf(name);
  return {
    async takeOn({ tokens, startMs, previous, most, expiration }, options) {
      return takenOf(
        await table.update({
          key,
          update: 'SET expiration = :expiration ADD #current :tokens',
          condition: '#start = :start AND previous <= :previous AND #current <= :most',
          names: COUNTS,
          values: {
            ':start': startMs,
            ':previous': previous,
            ':most': most,
            ':tokens': tokens,
            ':expiration': expiration,
          },
          ...options,
        }),
      );
    },
    async takeNext({ tokens, startMs, lastMs, most, expiration }, options) {
      return takenOf(
        await table.update({
          key,
          update: 'SET #start = :start, previous = #current, #current = :tokens, expiration = :expiration',
          condition: '#start = :last AND #current <= :most',
          names: COUNTS,
          values: { ':start': startMs, ':last': lastMs, ':most': most, ':tokens': tokens, ':expiration': expiration },
          ...options,
        }),
      );
    },
    async takeFirst({ tokens, startMs, lastMs, expiration }, options) {
      return takenOf(
        await table.update({
          key,
          update: 'SET #start = :start, previous = :none, #current = :tokens, v = :v, expiration = :expiration',
          condition: 'attribute_not_exists(#start) OR #start < :last',
          names: COUNTS,
          values: {
            ':start': startMs,
            ':last': lastMs,
            ':none': 0,
            ':tokens': tokens,
            ':v': ITEM_VERSION,
            ':expiration': expiration,
          },
          ...options,
        }),
      );
    },
    async giveBack(tokens, startMs, options) {
      await table.update({
        key,
        update: 'ADD #current :back',
        condition: '#start = :start AND #current >= :tokens',
        names: COUNTS,
        values: { ':start': startMs, ':back': -tokens, ':tokens': tokens },
        ...options,
      });
    },
  };
}

/** The counts as they stand, for those who watch them. */
export async function readSliding(
  table: Table,
  name: BucketName,
  options?: CallOptions,
): Promise<SlidingRecord | undefined> {
  return recordOf(await table.get(keyOf(name), { ...options, consistent: true }));
}

function keyOf({ service, rule, algorithm, generation, key }: BucketName): Key {
  return instanceKeys.bucket(service, rule, algorithm, generation, key);
}

function takenOf({ applied, item }: Written): SlidingTaken {
  return { applied, record: recordOf(item) };
}

function recordOf(item: Item | undefined): SlidingRecord | undefined {
  if (!item) return undefined;
  const fields = fieldsOf(item);
  return { startMs: fields.moment('start'), current: fields.number('current'), previous: fields.number('previous') };
}
