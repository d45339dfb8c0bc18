// A throttle's bucket in the table: one item per key, each take one conditional update that tells what stands in its way.
import { instanceKeys } from '../instance-keys.ts';
import type { CallOptions, Item, Key, Table } from '../port.ts';
import { fieldsOf, ITEM_VERSION, UnreadableItem, type Fields } from './fields.ts';

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
  /** What those who lease from it said of the last periods, each in its place: see `demandOf`. */
  readonly demand: readonly PeriodDemand[];
  /** Set when it is kept in so many parts instead: nothing is granted from this item any more. */
  readonly parts: number | undefined;
  /** Since when it warms up, of a bucket that does, µs. */
  readonly warmingSinceUs: number | undefined;
  /** From where the parts go on, µs, and since when they do, ms. */
  readonly openedUs: number | undefined;
  readonly reshapedMs: number | undefined;
}

/** Sums over the instances that lease from a bucket, of one period. */
export interface PeriodDemand {
  readonly instances: number;
  /** Tokens wanted by those who want no more than the level they knew. */
  readonly below: number;
  /** How many want more. */
  readonly above: number;
}

/** What one instance says once a period, with a take. */
export interface DemandReport {
  /** A whole number that grows by one each period. */
  readonly period: number;
  readonly tokens: number;
  readonly above: boolean;
}

export interface Taken {
  readonly applied: boolean;
  /** As it stands after the write or, if that was not applied, in its way; undefined if there is none. */
  readonly record: BucketRecord | undefined;
}

export interface BusyTake {
  /** `tat` has not passed longer ago than this. */
  readonly sinceUs: number;
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
  readonly sinceUs: number;
  readonly tatUs: number;
  /** The base the decision was made with: a bucket that has been reset since is another one. */
  readonly baseUs: number;
  readonly expiration: number;
}

export interface StaleTake {
  readonly sinceUs: number;
  readonly tatUs: number;
  /** For a bucket that is new. */
  readonly baseUs: number;
  readonly fullUs: number;
  readonly expiration: number;
}

export interface IdleTake {
  readonly idleUs: number;
  readonly baseUs: number;
  readonly tatUs: number;
  /** The last `tat` from which the burst since `base` admits one more token. */
  readonly fullUs: number;
  readonly expiration: number;
  /** Of a bucket that warms up: since when. */
  readonly warmingSinceUs?: number | undefined;
}

export interface TakeOptions extends CallOptions {
  readonly report?: DemandReport | undefined;
}

export interface BucketStore {
  /** Moves a `tat` that is ahead of the clock further on. */
  takeBusy(take: BusyTake, options?: TakeOptions): Promise<Taken>;
  /** Moves a `tat` that has just passed on from the clock, keeping the base. */
  takeGap(take: GapTake, options?: TakeOptions): Promise<Taken>;
  /** Moves a `tat` that has passed on from the clock, however long ago that was, keeping the base. */
  takeStale(take: StaleTake, options?: TakeOptions): Promise<Taken>;
  /** Begins a burst on a bucket that is new or long idle. */
  takeIdle(take: IdleTake, options?: TakeOptions): Promise<Taken>;
  /** Gives back what nobody has built on since: never by subtracting, which would credit refilled tokens twice. */
  undo(fromUs: number, toUs: number, options?: CallOptions): Promise<boolean>;
}

// `base` and `full` are reserved words of DynamoDB's.
const NAMES = { '#base': 'base', '#full': 'full' };

/**
 * Periods that reports are kept of: the one they are added to, the one before, the one that goes, and the next, which a
 * faster clock may have begun.
 */
const PERIODS = 4;
const PLACES = [0, 1, 2, 3];

export function bucketStore(table: Table, name: BucketName): BucketStore {
  const key: Key = instanceKeys.bucket(name.service, name.rule, name.algorithm, name.generation, name.key);

  async function take(
    update: string,
    condition: string,
    values: Readonly<Record<string, number>>,
    names: Readonly<Record<string, string>>,
    { report, ...options }: TakeOptions = {},
  ): Promise<Taken> {
    const request = { key, condition: `(${condition}) AND attribute_not_exists(parts)`, ...options };
    const written = report
      ? await table.update({
          ...request,
          update: `${update} ${REPORTING}`,
          names: { ...names, ...reportNames(report.period) },
          values: { ...values, ':one': 1, ':below': report.above ? 0 : report.tokens, ':above': report.above ? 1 : 0 },
        })
      : await table.update({ ...request, update, ...(Object.keys(names).length > 0 ? { names } : {}), values });
    return { applied: written.applied, record: recordOf(written.item) };
  }

  return {
    takeBusy({ sinceUs, costUs, roomUs, burst, expiration }, options) {
      const values = { ':since': sinceUs, ':cost': costUs, ':room': roomUs, ':expiration': expiration };
      const update = 'SET tat = tat + :cost, expiration = :expiration';
      if (burst === undefined) return take(update, 'tat >= :since AND tat <= :room', values, {}, options);
      if (burst === 'full') {
        const condition = 'tat >= :since AND (tat <= :room OR tat <= #full)';
        return take(update, condition, values, { '#full': NAMES['#full'] }, options);
      }
      const condition = 'tat >= :since AND (tat <= :room OR (#base = :base AND tat <= :baseRoom))';
      const more = { ...values, ':base': burst.baseUs, ':baseRoom': burst.roomUs };
      return take(update, condition, more, { '#base': NAMES['#base'] }, options);
    },
    takeGap({ idleUs, sinceUs, tatUs, baseUs, expiration }, options) {
      return take(
        'SET tat = :tat, expiration = :expiration',
        '#base = :base AND tat >= :idle AND tat < :since',
        { ':tat': tatUs, ':base': baseUs, ':idle': idleUs, ':since': sinceUs, ':expiration': expiration },
        { '#base': NAMES['#base'] },
        options,
      );
    },
    takeStale({ sinceUs, tatUs, baseUs, fullUs, expiration }, options) {
      return take(
        'SET tat = :tat, #base = if_not_exists(#base, :base), #full = if_not_exists(#full, :full), v = :v, expiration = :expiration',
        'attribute_not_exists(tat) OR tat < :since',
        {
          ':tat': tatUs,
          ':base': baseUs,
          ':full': fullUs,
          ':v': ITEM_VERSION,
          ':since': sinceUs,
          ':expiration': expiration,
        },
        NAMES,
        options,
      );
    },
    takeIdle({ idleUs, baseUs, tatUs, fullUs, expiration, warmingSinceUs }, options) {
      const begin = 'SET tat = :tat, #base = :base, #full = :full, v = :v, expiration = :expiration';
      return take(
        warmingSinceUs === undefined ? begin : `${begin}, warm = :warm`,
        'attribute_not_exists(tat) OR tat < :idle',
        {
          ':tat': tatUs,
          ':base': baseUs,
          ':full': fullUs,
          ':v': ITEM_VERSION,
          ':idle': idleUs,
          ':expiration': expiration,
          ...(warmingSinceUs === undefined ? {} : { ':warm': warmingSinceUs }),
        },
        NAMES,
        options,
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

/** Adds to the period's sums, and takes those of the last but one away, before their place is used again. */
const REPORTING = 'ADD #n :one, #below :below, #above :above REMOVE #oldN, #oldBelow, #oldAbove';

function reportNames(period: number): Record<string, string> {
  const [slot, old] = [period % PERIODS, (period + 2) % PERIODS];
  return {
    '#n': `n${slot}`,
    '#below': `below${slot}`,
    '#above': `above${slot}`,
    '#oldN': `n${old}`,
    '#oldBelow': `below${old}`,
    '#oldAbove': `above${old}`,
  };
}

/** The bucket as it stood a moment ago: of such reads an item takes the most. */
export async function peekBucket(
  table: Table,
  name: BucketName,
  options?: CallOptions,
): Promise<BucketRecord | undefined> {
  const key = instanceKeys.bucket(name.service, name.rule, name.algorithm, name.generation, name.key);
  return recordOf(await table.get(key, { ...options }));
}

/** The bucket as it stands, for those who watch it. */
export async function readBucket(
  table: Table,
  name: BucketName,
  options?: CallOptions,
): Promise<BucketRecord | undefined> {
  const key = instanceKeys.bucket(name.service, name.rule, name.algorithm, name.generation, name.key);
  return recordOf(await table.get(key, { ...options, consistent: true }));
}

/** Into no more parts is one bucket divided. */
export const MOST_PARTS = 64;

function isDivisor(parts: number): boolean {
  return Number.isInteger(parts) && parts >= 1 && parts <= MOST_PARTS;
}

export function recordOf(item: Item | undefined): BucketRecord | undefined {
  if (!item) return undefined;
  const fields = fieldsOf(item);
  const parts = fields.optionalNumber('parts');
  const moments = ['tat', 'base', 'opened', 'reshaped', 'warm'].map((name) => fields.optionalNumber(name) ?? 0);
  // Whoever may write the item may write anything.
  if (
    moments.some((moment) => Math.abs(moment) > Number.MAX_SAFE_INTEGER) ||
    (parts !== undefined && !isDivisor(parts))
  ) {
    throw new UnreadableItem(
      `Item ${JSON.stringify([item['pk'], item['sk']])} is no bucket: it was not written by flyball`,
    );
  }
  return {
    tatUs: fields.number('tat'),
    baseUs: fields.number('base'),
    demand: PLACES.map((place) => sums(fields, place)),
    parts,
    warmingSinceUs: fields.optionalNumber('warm'),
    openedUs: fields.optionalNumber('opened'),
    reshapedMs: fields.optionalNumber('reshaped'),
  };
}

function sums(fields: Fields, place: number): PeriodDemand {
  const sum = (name: string) => fields.optionalNumber(`${name}${place}`) ?? 0;
  return { instances: sum('n'), below: sum('below'), above: sum('above') };
}

/** What was said of a period; all 0 when nobody said anything. */
export function demandOf({ demand }: BucketRecord, period: number): PeriodDemand {
  return demand[period % PERIODS] ?? { instances: 0, below: 0, above: 0 };
}
