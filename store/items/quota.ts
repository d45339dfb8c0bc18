// A fixed window's counter in the table: one item per key and window, each take one conditional update.
import { instanceKeys } from '../instance-keys.ts';
import type { CallOptions, Item, Key, Table } from '../port.ts';
import { ITEM_VERSION, fieldsOf } from './fields.ts';
import type { BucketName } from './throttle.ts';

/** A key's use of a quota in one window. */
export interface QuotaRecord {
  /** Tokens taken from the limit, those on lease included. */
  readonly taken: number;
  /** Of those, the ones on lease that no instance has reported as used or given back. */
  readonly held: number;
  /** The limit as it was last enforced; undefined if only a flyball before 0.3.0 has counted. */
  readonly limit: number | undefined;
  /** When counting began, as far as is known, epoch ms. */
  readonly beganMs: number | undefined;
  /** Until when instances may spend what they hold, epoch ms; undefined when there never was a lease. */
  readonly leasedUntilMs: number | undefined;
  /** It is among the keys of its window that can be listed. */
  readonly listed: boolean;
  /** When a share of the limit was reached, by percent, epoch ms; 0 for percentages that were not. */
  readonly reachedMs: (percent: number) => number;
  /** That has been told. */
  readonly told: (percent: number) => boolean;
}

export interface Counted {
  readonly applied: boolean;
  /** After the write or, if that was not applied, as it stands; undefined if there is nothing. */
  readonly record: QuotaRecord | undefined;
}

export interface QuotaTake {
  /** From the limit; 0 only reports. */
  readonly tokens: number;
  /** The most that may have been taken before. */
  readonly most: number;
  readonly limit: number;
  readonly nowMs: number;
  /** s since the epoch. */
  readonly expiration: number;
  readonly lease?: LeaseReport;
}

/** What changes about the tokens that an instance holds. */
export interface LeaseReport {
  /** Of the tokens taken, those to be held. */
  readonly leased: number;
  /** Spent of those held before. */
  readonly spent: number;
  /** Given back of those held before. */
  readonly returned: number;
  /** Until when what is leased may be spent, epoch ms. */
  readonly untilMs: number;
}

export interface QuotaCounter {
  /** Takes `tokens` unless more than `most` have been taken. */
  take(take: QuotaTake, options?: CallOptions): Promise<Counted>;
  /** Reports what became of tokens held. */
  settle(report: Pick<LeaseReport, 'spent' | 'returned'>, options?: CallOptions): Promise<void>;
  /** Gives tokens back: within one window nothing refills, so that subtracting credits nobody twice. */
  giveBack(tokens: number, options?: CallOptions): Promise<void>;
  /** Notes when a share was reached, unless that has been noted: `applied` tells who was first. */
  reach(percent: number, nowMs: number, options?: CallOptions): Promise<Counted>;
  /** Notes that it has been told. */
  tell(percent: number, options?: CallOptions): Promise<void>;
  /** Notes that the key can be listed. */
  list(options?: CallOptions): Promise<void>;
}

/** A window's counter: `startMs` is when it began. */
export function quotaCounter(table: Table, name: BucketName, startMs: number): QuotaCounter {
  const key = keyOf(name, startMs);
  const set = (clause: string, condition: string, values: Record<string, number | boolean>, options?: CallOptions) =>
    table.update({ key, update: `SET ${clause}`, condition, values, ...options });
  return {
    async take({ tokens, most, limit, nowMs, expiration, lease }, options) {
      const returned = lease?.returned ?? 0;
      const { applied, item } = await table.update({
        key,
        update: `SET v = :v, expiration = :expiration, quota = :limit, began = if_not_exists(began, :now)${
          lease && lease.leased > 0 ? ', leasedUntil = :until' : ''
        } ADD used :tokens${lease ? ', held :held' : ''}`,
        condition: 'attribute_not_exists(used) OR used <= :most',
        values: {
          ':v': ITEM_VERSION,
          ':expiration': expiration,
          ':limit': limit,
          ':now': nowMs,
          ':tokens': tokens - returned,
          ':most': most,
          ...(lease ? { ':held': lease.leased - lease.spent - returned } : {}),
          ...(lease && lease.leased > 0 ? { ':until': lease.untilMs } : {}),
        },
        ...options,
      });
      return { applied, record: recordOf(item) };
    },
    async settle({ spent, returned }, options) {
      await table.update({
        key,
        update: 'ADD used :back, held :held',
        condition: 'attribute_exists(used)',
        values: { ':back': -returned, ':held': -spent - returned },
        ...options,
      });
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
    async reach(percent, nowMs, options) {
      const name = reachedAttribute(percent);
      const condition = `attribute_exists(used) AND attribute_not_exists(${name})`;
      const { applied, item } = await set(`${name} = :now`, condition, { ':now': nowMs }, options);
      return { applied, record: recordOf(item) };
    },
    async tell(percent, options) {
      await set(`${toldAttribute(percent)} = :yes`, 'attribute_exists(used)', { ':yes': true }, options);
    },
    async list(options) {
      await set('listed = :yes', 'attribute_exists(used)', { ':yes': true }, options);
    },
  };
}

/** A key's use of a window, for those who look; undefined when there was none, or it has been forgotten. */
export async function readQuota(
  table: Table,
  name: BucketName,
  startMs: number,
  options?: CallOptions & { readonly consistent?: boolean },
): Promise<QuotaRecord | undefined> {
  return recordOf(await table.get(keyOf(name, startMs), options));
}

function keyOf({ service, rule, algorithm, generation, key }: BucketName, startMs: number): Key {
  return instanceKeys.bucket(service, rule, algorithm, generation, `${startMs}#${key}`);
}

const reachedAttribute = (percent: number) => `reached${percent}`;
const toldAttribute = (percent: number) => `told${percent}`;

function recordOf(item: Item | undefined): QuotaRecord | undefined {
  if (!item) return undefined;
  const { number, optionalNumber, optionalMoment } = fieldsOf(item);
  return {
    taken: number('used'),
    held: Math.max(0, optionalNumber('held') ?? 0),
    limit: optionalNumber('quota'),
    beganMs: optionalNumber('began'),
    leasedUntilMs: optionalNumber('leasedUntil'),
    listed: item['listed'] === true,
    reachedMs: (percent) => optionalMoment(reachedAttribute(percent)) ?? 0,
    told: (percent) => item[toldAttribute(percent)] === true,
  };
}
