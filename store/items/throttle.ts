// A throttle's bucket in the table: one item per key, each take one conditional update that tells what stands in its way.
import { keys } from '../keys.ts';
import type { CallOptions, Item, Key, Table, Written } from '../port.ts';
import { fieldsOf, ITEM_VERSION } from './fields.ts';

/** A bucket's name: its item is found by all of it, and a change of limit or burst begins a new generation. */
export interface BucketName {
  readonly service: string;
  readonly rule: string;
  readonly algorithm: string;
  readonly generation: string;
  /** Already hashed wherever the value may be a secret. */
  readonly key: string;
}

/** What an item holds, µs since the epoch. */
export interface BucketRecord {
  readonly tatUs: number;
  readonly baseUs: number;
}

export interface Taken {
  readonly applied: boolean;
  /** As it stands after the write or, if that was not applied, in its way; undefined if there is none. */
  readonly record: BucketRecord | undefined;
}

export interface BusyTake {
  readonly nowUs: number;
  readonly costUs: number;
  /** `tat` may stand up to here whatever the base. */
  readonly roomUs: number;
  /**
   * What else admits: for one token the item's own `full`; for more the base as it was seen, if it still stands, with
   * the `tat` up to which that base admits them.
   */
  readonly burst: 'full' | { readonly baseUs: number; readonly roomUs: number } | undefined;
  readonly expiration: number;
}

export interface GapTake {
  readonly idleUs: number;
  readonly nowUs: number;
  readonly tatUs: number;
  /** The base the decision was made with: a bucket that has been reset since is another one. */
  readonly baseUs: number;
  readonly expiration: number;
}

export interface IdleTake {
  readonly idleUs: number;
  readonly baseUs: number;
  readonly tatUs: number;
  /** The last `tat` from which the burst since `base` admits one more token. */
  readonly fullUs: number;
  readonly expiration: number;
}

export interface BucketStore {
  /** Moves a `tat` that is ahead of the clock further on. */
  takeBusy(take: BusyTake, options?: CallOptions): Promise<Taken>;
  /** Moves a `tat` that has just passed on from the clock, keeping the base. */
  takeGap(take: GapTake, options?: CallOptions): Promise<Taken>;
  /** Begins a burst on a bucket that is new or long idle. */
  takeIdle(take: IdleTake, options?: CallOptions): Promise<Taken>;
  /** Gives back what nobody has built on since: never by subtracting, which would credit refilled tokens twice. */
  undo(fromUs: number, toUs: number, options?: CallOptions): Promise<boolean>;
}

// `base` and `full` are reserved words of DynamoDB's.
const NAMES = { '#base': 'base', '#full': 'full' };

export function bucketStore(table: Table, name: BucketName): BucketStore {
  const key: Key = keys.bucket(name.service, name.rule, name.algorithm, name.generation, name.key);
  return {
    async takeBusy({ nowUs, costUs, roomUs, burst, expiration }, options) {
      const values = { ':now': nowUs, ':cost': costUs, ':room': roomUs, ':expiration': expiration };
      const update = 'SET tat = tat + :cost, expiration = :expiration';
      if (burst === undefined) {
        const condition = 'tat >= :now AND tat <= :room';
        return takenOf(await table.update({ key, update, condition, values, ...options }));
      }
      if (burst === 'full') {
        const condition = 'tat >= :now AND (tat <= :room OR tat <= #full)';
        const names = { '#full': NAMES['#full'] };
        return takenOf(await table.update({ key, update, condition, names, values, ...options }));
      }
      const condition = 'tat >= :now AND (tat <= :room OR (#base = :base AND tat <= :baseRoom))';
      const names = { '#base': NAMES['#base'] };
      const more = { ...values, ':base': burst.baseUs, ':baseRoom': burst.roomUs };
      return takenOf(await table.update({ key, update, condition, names, values: more, ...options }));
    },
    async takeGap({ idleUs, nowUs, tatUs, baseUs, expiration }, options) {
      return takenOf(
        await table.update({
          key,
          update: 'SET tat = :tat, expiration = :expiration',
          condition: '#base = :base AND tat >= :idle AND tat < :now',
          names: { '#base': NAMES['#base'] },
          values: { ':tat': tatUs, ':base': baseUs, ':idle': idleUs, ':now': nowUs, ':expiration': expiration },
          ...options,
        }),
      );
    },
    async takeIdle({ idleUs, baseUs, tatUs, fullUs, expiration }, options) {
      return takenOf(
        await table.update({
          key,
          update: 'SET tat = :tat, #base = :base, #full = :full, v = :v, expiration = :expiration',
          condition: 'attribute_not_exists(tat) OR tat < :idle',
          names: NAMES,
          values: {
            ':tat': tatUs,
            ':base': baseUs,
            ':full': fullUs,
            ':v': ITEM_VERSION,
            ':idle': idleUs,
            ':expiration': expiration,
          },
          ...options,
        }),
      );
    },
    async undo(fromUs, toUs, options) {
      const written = await table.update({
        key,
        update: 'SET tat = :to',
        condition: 'tat = :from',
        values: { ':from': fromUs, ':to': toUs },
        ...options,
      });
      return written.applied;
    },
  };
}

/** The bucket as it stands, for those who watch it. */
export async function readBucket(
  table: Table,
  name: BucketName,
  options?: CallOptions,
): Promise<BucketRecord | undefined> {
  const key = keys.bucket(name.service, name.rule, name.algorithm, name.generation, name.key);
  return recordOf(await table.get(key, { ...options, consistent: true }));
}

function takenOf({ applied, item }: Written): Taken {
  return { applied, record: recordOf(item) };
}

function recordOf(item: Item | undefined): BucketRecord | undefined {
  if (!item) return undefined;
  const fields = fieldsOf(item);
  return { tatUs: fields.number('tat'), baseUs: fields.number('base') };
}
