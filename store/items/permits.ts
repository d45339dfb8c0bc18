// Permits of a concurrency rule in the table: slots that hold an expiry, and beside the first of them an adaptive limit.
import { instanceKeys } from '../instance-keys.ts';
import type { CallOptions, Item, Table, Value, Written } from '../port.ts';
import { fieldsOf, ITEM_VERSION, UnreadableItem } from './fields.ts';

/** Slots of one item: all of them taken, with the longest names, it stays under 1 KB, which is one write unit. */
export const SLOTS_PER_ITEM = 60;

/** An item is kept for a day after its last permit, which is long over by then. */
const KEPT_BEYOND_S = 86_400;

/**
 * What stands further ahead of a clock than this was written by nobody's: clocks are off by less once the `Date` of one of
 * the store's answers, a whole second, is known.
 */
export const FURTHEST_AHEAD_MS = 5_000;

/** No clock gets there, and up to there numbers are exact. */
const NEVER = Number.MAX_SAFE_INTEGER;

/** Where the control of an adaptive limit stands. */
export type AdaptivePhase = 'start' | 'run' | 'drain' | 'measure';

/** What a fleet knows of an adaptive limit. */
export interface AdaptiveRecord {
  readonly limit: number;
  /** What holds instead of `limit` while `phase` is `drain` or `measure`; 0 otherwise. */
  readonly probe: number;
  readonly phase: AdaptivePhase;
  /** Mean latency without queueing; 0 when nobody knows it yet. */
  readonly baseMs: number;
  /** When `baseMs` was last measured on purpose, epoch ms. */
  readonly measuredAt: number;
  /** The limit at that time. */
  readonly measuredLimit: number;
}

/** What instances have reported since a window began. */
export interface AdaptiveWindow {
  /** Epoch ms; names the window. */
  readonly startedAt: number;
  readonly calls: number;
  readonly busyUs: number;
}

export interface PermitRecord {
  /** When the permit of each slot ends, µs since the epoch; slots nobody has claimed are not there. */
  readonly expiries: ReadonlyMap<number, number>;
  readonly adaptive: AdaptiveRecord | undefined;
  readonly window: AdaptiveWindow | undefined;
}

export interface PermitWrite {
  readonly applied: boolean;
  /** As it stands after the write or, if that was not applied, in its way; undefined if there is none. */
  readonly record: PermitRecord | undefined;
}

export interface Claim {
  readonly expiryUs: number;
  readonly pastUs: number;
  /**
   * An expiry seen in the slot that is no permit's. It is named, and not everything that is far ahead taken: a claim that
   * is long on its way would take a permit for it that was given meanwhile.
   */
  readonly foreignUs?: number | undefined;
}

export interface PermitStore {
  /** Takes a slot that is free, or whose permit ended before `pastUs`, or in which still stands what no holder wrote. */
  claim(slot: number, permit: Claim, options?: CallOptions): Promise<PermitWrite>;
  /** Prolongs a permit that is still the holder's own. */
  renew(slot: number, fromUs: number, toUs: number, options?: CallOptions): Promise<PermitWrite>;
  /** Gives a slot back if it still holds one of these expiries: two, when a renewal's answer has not come. */
  release(slot: number, ownUs: readonly [number, ...number[]], options?: CallOptions): Promise<PermitWrite>;
  /** Adds what an instance has measured, and reads what the fleet has. */
  report(calls: number, busyUs: number, nowMs: number, options?: CallOptions): Promise<PermitWrite>;
  /** Ends a window with what was decided from it; whoever comes second changes nothing. */
  decide(seen: AdaptiveWindow, next: AdaptiveRecord, nowMs: number, options?: CallOptions): Promise<PermitWrite>;
  /** Ends a window that began before `beforeMs`, or further ahead than any clock's: nothing follows from it. */
  drop(beforeMs: number, next: AdaptiveRecord, nowMs: number, options?: CallOptions): Promise<PermitWrite>;
}

/** `slot` counts within the shard, from 0. */
export function permitStore(table: Table, service: string, rule: string, shard: number): PermitStore {
  const key = instanceKeys.permits(service, rule, shard);
  const written = ({ applied, item }: Written): PermitWrite => ({ applied, record: recordOf(item) });
  return {
    claim: async (slot, { expiryUs, pastUs, foreignUs }, options) => {
      const values = { ':expiry': expiryUs, ':past': pastUs, ':v': ITEM_VERSION, ':expiration': keptUntil(expiryUs) };
      const condition = 'attribute_not_exists(#slot) OR #slot < :past';
      return written(
        await table.update({
          key,
          update: 'SET #slot = :expiry, v = :v, expiration = :expiration',
          names: { '#slot': nameOf(slot) },
          ...(foreignUs === undefined
            ? { condition, values }
            : {
                condition: `${condition} OR #slot > :never OR #slot BETWEEN :low AND :high`,
                // The table's numbers are more exact than ours.
                values: { ...values, ':never': NEVER, ':low': foreignUs - 1, ':high': foreignUs + 1 },
              }),
          ...options,
        }),
      );
    },
    renew: async (slot, fromUs, toUs, options) =>
      written(
        await table.update({
          key,
          update: 'SET #slot = :to, expiration = :expiration',
          condition: '#slot = :from',
          names: { '#slot': nameOf(slot) },
          values: { ':from': fromUs, ':to': toUs, ':expiration': keptUntil(toUs) },
          ...options,
        }),
      ),
    release: async (slot, ownUs, options) =>
      written(
        await table.update({
          key,
          update: 'REMOVE #slot',
          condition: ownUs.map((_, i) => `#slot = :own${i}`).join(' OR '),
          names: { '#slot': nameOf(slot) },
          values: Object.fromEntries(ownUs.map((expiry, i): [string, Value] => [`:own${i}`, expiry])),
          ...options,
        }),
      ),
    report: async (calls, busyUs, nowMs, options) =>
      written(
        await table.update({
          key,
          update:
            'SET v = :v, expiration = :expiration, windowAt = if_not_exists(windowAt, :now) ADD calls :calls, busyUs :busy',
          values: {
            ':v': ITEM_VERSION,
            ':expiration': keptUntil(nowMs * 1000),
            ':now': nowMs,
            ':calls': calls,
            ':busy': busyUs,
          },
          ...options,
        }),
      ),
    decide: async (seen, next, nowMs, options) =>
      written(
        await table.update({
          key,
          // Others may have reported since: what was looked at comes off, the rest is the next window's.
          update: `${DECIDED}, calls = calls - :calls, busyUs = busyUs - :busy`,
          condition: 'windowAt = :seen',
          values: {
            ...decidedValues(next, nowMs),
            ':seen': seen.startedAt,
            ':calls': seen.calls,
            ':busy': seen.busyUs,
          },
          ...options,
        }),
      ),
    drop: async (beforeMs, next, nowMs, options) =>
      written(
        await table.update({
          key,
          update: `${DECIDED}, calls = :none, busyUs = :none`,
          condition: 'windowAt < :before OR windowAt > :ahead',
          values: {
            ...decidedValues(next, nowMs),
            ':none': 0,
            ':before': beforeMs,
            ':ahead': nowMs + FURTHEST_AHEAD_MS,
          },
          ...options,
        }),
      ),
  };
}

const DECIDED =
  'SET windowAt = :now, lim = :lim, probe = :probe, phase = :phase, baseMs = :base, measuredAt = :measured, measuredLim = :measuredLim';

function decidedValues(next: AdaptiveRecord, nowMs: number): Record<string, Value> {
  return {
    ':now': nowMs,
    ':lim': next.limit,
    ':probe': next.probe,
    ':phase': next.phase,
    ':base': next.baseMs,
    ':measured': next.measuredAt,
    ':measuredLim': next.measuredLimit,
  };
}

/** One item as it stands, for those who watch it. */
export async function readPermits(
  table: Table,
  service: string,
  rule: string,
  shard: number,
  options?: CallOptions & { readonly consistent?: boolean },
): Promise<PermitRecord | undefined> {
  return recordOf(await table.get(instanceKeys.permits(service, rule, shard), options));
}

const nameOf = (slot: number) => `s${slot}`;
const SLOT = /^s(0|[1-9][0-9]?)$/;
const PHASES: readonly string[] = ['start', 'run', 'drain', 'measure'] satisfies AdaptivePhase[];

function keptUntil(us: number): number {
  return Math.ceil(us / 1e6) + KEPT_BEYOND_S;
}

function recordOf(item: Item | undefined): PermitRecord | undefined {
  if (!item) return undefined;
  const fields = fieldsOf(item);
  const expiries = new Map<number, number>();
  for (const name of Object.keys(item)) {
    const slot = SLOT.exec(name)?.[1];
    if (slot !== undefined && Number(slot) < SLOTS_PER_ITEM) {
      expiries.set(Number(slot), Math.min(fields.number(name), NEVER));
    }
  }
  const startedAt = fields.optionalNumber('windowAt');
  const limit = fields.optionalNumber('lim');
  return {
    expiries,
    adaptive:
      limit === undefined
        ? undefined
        : {
            limit,
            probe: fields.number('probe'),
            phase: phaseOf(fields.text('phase'), item),
            baseMs: fields.number('baseMs'),
            measuredAt: fields.number('measuredAt'),
            measuredLimit: fields.number('measuredLim'),
          },
    window:
      startedAt === undefined
        ? undefined
        : { startedAt, calls: fields.number('calls'), busyUs: fields.number('busyUs') },
  };
}

function phaseOf(text: string, { pk, sk }: Item): AdaptivePhase {
  if (PHASES.includes(text)) return text as AdaptivePhase;
  const where = `Item ${JSON.stringify([pk, sk])}`;
  throw new UnreadableItem(`${where} has an adaptive limit in the phase "${text}", which this flyball does not know`);
}
