// A breaker's one item: what the fleet saw is added and read in one update, and every transition is one conditional update.
import { instanceKeys } from '../instance-keys.ts';
import type { CallOptions, Item, Table, Written } from '../port.ts';
import type { Because } from './breaker-because.ts';
import { moving, publishing, type Next, type Seen } from './breaker-changes.ts';
import { COUNTS, type BreakerBucket } from './breaker-buckets.ts';
import {
  recordOf,
  type BreakerRecord,
  type BreakerState,
  type ForcedState,
  type HalfOpenState,
} from './breaker-record.ts';
import type { Tallying } from './breaker-tallies.ts';
import { alsoSetting, type Change, type Update } from './update-expression.ts';

export interface BreakerAnswer {
  readonly applied: boolean;
  readonly record: BreakerRecord;
}

/** One breaker of the fleet. Everything rejects as `Table` does. */
export interface BreakerStore {
  /** The authoritative state, and the counts beside it. */
  read(options?: CallOptions): Promise<BreakerRecord>;
  /** What this instance's shard knows: the state may be a copy, and an old one. Without shards the same as `read`. */
  look(options?: CallOptions): Promise<BreakerRecord>;
  /**
   * Adds deltas counted in `epoch` and gives back the fleet's window; in a later epoch they change nothing. `stale` are
   * buckets of the last view that have left the window. With a window of calls they also change nothing when a segment
   * has begun that was not known: the answer shows it.
   */
  publish(
    epoch: number,
    deltas: readonly BreakerBucket[],
    stale: readonly BreakerBucket[],
    tallying?: Tallying,
    options?: CallOptions,
  ): Promise<BreakerAnswer>;
  /** Moves to a state under an epoch. `drop` are buckets to forget with it. */
  move(seen: Seen, next: Next, drop: readonly BreakerBucket[], options?: CallOptions): Promise<BreakerAnswer>;
}

/** One value of a rule's key, as it is stored. There may be any number of them, so that each is forgotten some day. */
export interface KeyValue {
  readonly value: string;
  /** From when on it is kept, epoch ms: now, or until when it is forced; undefined for as long as nobody releases it. */
  readonly keptFrom: () => number | undefined;
}

/** Renewed with every write. */
const KEPT_MS = 7 * 86_400_000;

/** What is forced until it is released must not be forgotten, s. */
const NEVER_S = 253_402_300_799;

const expiring = (change: Change, fromMs: number | undefined) =>
  alsoSetting(change, 'expiration', fromMs === undefined ? NEVER_S : Math.ceil((fromMs + KEPT_MS) / 1000));

export function breakerStore(table: Table, service: string, breaker: string, keyed?: KeyValue): BreakerStore {
  const key = instanceKeys.breaker(service, breaker, keyed?.value);
  const lasting = (change: Change) => (keyed ? expiring(change, keyed.keptFrom()) : change);
  const answer = ({ applied, item }: Written): BreakerAnswer => ({ applied, record: recordOf(item) });
  const read = async (options?: CallOptions) => recordOf(await table.get(key, { ...options, consistent: true }));
  return {
    read,
    look: read,
    publish: async (epoch, deltas, stale, tallying, options) =>
      answer(await table.update({ key, ...lasting(publishing(epoch, deltas, stale, tallying)), ...options })),
    move: async (seen, next, drop, options) =>
      answer(await table.update({ key, ...lasting(moving(seen, next, undefined, drop)), ...options })),
  };
}

export interface WindowCounts {
  readonly calls: number;
  readonly failures: number;
  readonly slow: number;
}

/** A breaker as the control plane shows it; times in epoch ms. */
export interface BreakerStatus {
  readonly name: string;
  /** Of a rule with a key, the value as it is stored. */
  readonly key?: string;
  readonly state: BreakerState['kind'] | ForcedState['state'];
  /** When it last changed; 0 if it never has. */
  readonly epoch: number;
  readonly openUntil?: number;
  readonly openForMs?: number;
  /** While half-open: the probes out, and the results that are in. */
  readonly probes?: readonly { readonly by: string; readonly until: number }[];
  readonly successes?: number;
  readonly failed?: number;
  readonly slowed?: number;
  /** Since when calls have been let back in by and by, if it was so closed; the rule says for how long. */
  readonly rampFrom?: number;
  /** What the fleet has reported in the window. */
  readonly window: WindowCounts;
  readonly forced?: ForcedState;
  /** The state that stands beneath what is forced, and to which all but `state` and `window` then belongs. */
  readonly beneath?: BreakerState['kind'];
  /** What was forced and has ended since by itself, if nothing has happened to the breaker after that. */
  readonly lapsed?: ForcedState;
  /** Why it is in this state, if whoever moved it has said. */
  readonly because?: Because;
}

/** One breaker of a service; `key` is the value of a rule's key, as it is stored. */
export interface BreakerName {
  readonly service: string;
  readonly name: string;
  readonly key?: string | undefined;
}

/** `countsOf` counts the window of the rule in one item; without it all buckets count, as if windows were of time alone. */
export async function readBreaker(
  table: Table,
  service: string,
  name: string,
  nowMs: number,
  key?: string,
  countsOf: (record: BreakerRecord) => WindowCounts = (record) => bucketCounts(record, nowMs),
): Promise<BreakerStatus> {
  const record = recordOf(await table.get(instanceKeys.breaker(service, name, key), { consistent: true }));
  const counts = [record, ...(await recordsElsewhere(table, service, name, record))].map(countsOf);
  return statusOf({ service, name, key }, record, counts, nowMs);
}

/** More are never made; an item may say anything. */
const MOST_SHARDS = 32;

/** What the shards of a large fleet have counted in the epoch of its state. */
async function recordsElsewhere(
  table: Table,
  service: string,
  name: string,
  { shards = 1, epoch }: BreakerRecord,
): Promise<BreakerRecord[]> {
  const others = Array.from({ length: shards === 1 ? 0 : Math.min(shards, MOST_SHARDS) }, (_, i) =>
    table.get(instanceKeys.breakerShard(service, name, i + 1)),
  );
  const records = (await Promise.all(others)).map((item) => recordOf(item));
  return records.filter((one) => one.epoch === epoch);
}

export interface Forcing extends BreakerName {
  /** `null` releases it: the breaker goes on from the state that stood beneath, with a fresh window. */
  readonly state: ForcedState['state'] | null;
  /** Epoch ms; without it the state is forced until it is released. */
  readonly until?: number | undefined;
  readonly reason: string;
  /** Who did it. */
  readonly by: string;
  readonly nowMs: number;
}

/** Races with the fleet's own transitions are few: each try starts from what stands. */
const FORCE_TRIES = 8;

/** The fleet changed a breaker every time it was about to be forced; nothing was written. */
export class BreakerContended extends Error {
  override readonly name = 'BreakerContended';
  readonly code = 'BREAKER_CONTENDED';
}

/** What is to be released is not forced: it would lose its window for nothing. Nothing was written. */
export class BreakerNotForced extends Error {
  override readonly name = 'BreakerNotForced';
  readonly code = 'BREAKER_NOT_FORCED';
}

/**
 * Forces or releases a breaker; the fleet learns it at its next sync.
 * @throws {BreakerContended} when the fleet kept winning. @throws {BreakerNotForced} when there is nothing to release.
 */
export async function forceBreaker(table: Table, forcing: Forcing): Promise<BreakerStatus> {
  const { service, name, key: value, state: wanted, until, reason, by, nowMs } = forcing;
  const key = instanceKeys.breaker(service, name, value);
  const to = wanted === null ? undefined : { state: wanted, until, reason, by };
  for (let tries = 0; tries < FORCE_TRIES; tries++) {
    const item = await table.get(key, { consistent: true });
    const record = recordOf(item);
    const { epoch, state, buckets } = record;
    const asFound = item && !isFenced(item) ? (update: Update) => isAsFound(update, item) : undefined;
    const standing = forcedAt(record, nowMs);
    if (!to && !standing)
      throw new BreakerNotForced(`The breaker ${name} of ${service} is not forced: it is ${state.kind}`);
    // A probe of the old epoch can no longer report: its slot is given up, and results are counted anew.
    const kept: BreakerState = state.kind === 'HALF_OPEN' ? halfOpenAfresh(state) : state;
    const was = standing?.state ?? state.kind;
    const because: Because = { cause: to ? 'forced' : 'released', by, was, reason };
    const next = { epoch: Math.max(nowMs, Number.isSafeInteger(epoch) ? epoch + 1 : 0), state: kept, because };
    const change = moving({ epoch, state }, next, { to }, buckets, asFound);
    const lasting = value === undefined ? change : expiring(change, to ? until : nowMs);
    const written = await table.update({ key, ...lasting });
    if (written.applied) {
      const moved = recordOf(written.item);
      return statusOf(forcing, moved, [bucketCounts(moved, nowMs)], nowMs);
    }
  }
  throw new BreakerContended(
    `The breaker ${name} of ${service} changed ${FORCE_TRIES} times while it was being forced; try again`,
  );
}

/** What the changes of instances are fenced by, as what it must be stored; each may be absent. */
const FENCED = { epoch: 'number', turn: 'number', successes: 'number', probeToken: 'string' } as const;

/** Whether a change that names what was read of it can apply: of an item that somebody else has written, it never would. */
function isFenced(item: Item): boolean {
  const told = Object.entries(FENCED).every(([name, type]) => item[name] === undefined || typeof item[name] === type);
  return told && Number.isSafeInteger(item['epoch'] ?? 0);
}

/** The same fence of what cannot be read: an operator overwrites it, but not what has come in its place meanwhile. */
function isAsFound(update: Update, item: Item): string {
  const clauses = Object.keys(FENCED).map((name) => {
    const found = item[name];
    return found === undefined
      ? `attribute_not_exists(${update.name(name)})`
      : `${update.name(name)} = ${update.value(found)}`;
  });
  return clauses.join(' AND ');
}

const halfOpenAfresh = (state: HalfOpenState): HalfOpenState => ({
  ...state,
  successes: 0,
  failed: 0,
  slowed: 0,
  probes: [],
  turn: state.turn + 1,
});

/** What an operator forced, if it is in force at `nowMs`. */
export function forcedAt(record: BreakerRecord, nowMs: number): ForcedState | undefined {
  const { forced } = record;
  return forced && (forced.until === undefined || nowMs < forced.until) ? forced : undefined;
}

/** Windows are ten buckets wide, whatever their width. */
const WINDOW_BUCKETS = 10;

function bucketCounts({ buckets }: BreakerRecord, nowMs: number): WindowCounts {
  return sumOf(buckets.filter(({ index, widthMs }) => (index + WINDOW_BUCKETS) * widthMs > nowMs));
}

function sumOf(counts: readonly WindowCounts[]): WindowCounts {
  const sum = { calls: 0, failures: 0, slow: 0 };
  for (const one of counts) for (const [, count] of COUNTS) sum[count] += one[count];
  return sum;
}

function statusOf(
  { name, key }: BreakerName,
  record: BreakerRecord,
  counts: readonly WindowCounts[],
  nowMs: number,
): BreakerStatus {
  const { epoch, state, because } = record;
  const forced = forcedAt(record, nowMs);
  const lapsed = because?.cause === 'forced' && !forced ? record.forced : undefined;
  return {
    name,
    ...(key === undefined ? {} : { key }),
    state: forced?.state ?? state.kind,
    epoch,
    window: sumOf(counts),
    ...(state.kind === 'OPEN' ? { openUntil: state.until } : {}),
    ...(state.kind === 'CLOSED' ? {} : { openForMs: state.openForMs }),
    ...(state.kind === 'HALF_OPEN' ? halfOpenStatus(state, nowMs) : {}),
    ...(state.kind === 'CLOSED' && state.ramp ? { openForMs: state.ramp.openForMs, rampFrom: state.ramp.from } : {}),
    ...(forced ? { forced, beneath: state.kind } : {}),
    ...(lapsed ? { lapsed } : {}),
    ...(because ? { because } : {}),
  };
}

function halfOpenStatus({ successes, failed, slowed, probes }: HalfOpenState, nowMs: number) {
  const out = probes.filter(({ until }) => nowMs <= until).map(({ by, until }) => ({ by, until }));
  return { successes, failed, slowed, probes: out };
}
