// Leases: an instance takes the tokens it is about to need in one write, and decides from memory while they last.
import { demandOf, type BucketRecord, type DemandReport } from '../../store/items/throttle.ts';
import { StoreUnavailable } from '../../store/port.ts';
import type { Instance } from '../kernel/instance.ts';
import type { Invocation } from '../kernel/invocation.ts';
import { ceilingUs, type BucketState, type Regime } from './bucket.ts';
import { Demand, fairShare } from './demand.ts';
import { betterParts, moreParts, WHOLE, type PartGranted } from './division.ts';
import { certainOffsetMs, fleetNowUs } from './fleet-clock.ts';
import { takeTokens, whileWaiting, type Patience, type Wanted } from './fleet.ts';
import type { Gcra } from './gcra.ts';
import type { RawKey } from '../kernel/key.ts';
import { divided } from './later.ts';
import { Lease } from './lease.ts';
import type { FleetState, Grant, LimitedRule, Leasing } from './limiter.ts';
import type { LeaseTerms } from './terms.ts';

/** A lease lasts a little longer than its period, so that the next one comes beside a handler and in time. */
const HEADROOM = 1.25;
/** What is left of a lease when the next one is asked for. */
const PREFETCH_BELOW = 0.27;
/** Shares are made of the period before: asking for a little more than one keeps the whole rate in use. */
const SHARE_HEADROOM = 1.1;
/** Of the room that each instance may have, what one asks for on suspicion. */
const PARTS_OF_PLENTY = 4;
/** How many of the instances of a bucket try to divide it anew, in a period. */
const TRYING = 4;
/** Of so many that an item refused for being asked too much, one tries to divide it. */
const CROWD = 200;
/** A share is soon another one. */
const SHARES_KEPT_PERIODS = 3;
/** After an exchange that failed, the next one beside a handler waits this part of a period. */
const PAUSE_SHARE = 0.25;

/** What an instance knows and holds of one key. */
class HeldKey {
  readonly lease: Lease;
  readonly demand: Demand;
  /** Until then the fleet's bucket certainly has nothing more, by the fleet's clock in µs. */
  deniedUntilUs = -Infinity;
  /** No sooner is more asked for. */
  askFromUs = -Infinity;
  /** The same after an exchange that failed: whoever needs a token then does what the rule says for it. */
  awayUntilUs = -Infinity;
  /** Tokens a period; Infinity while there is enough for all. */
  share = Infinity;
  /** How many lease from the same bucket. */
  instances = 1;
  division = WHOLE;
  /** How many of them from the part that was asked last. */
  instancesInPart = 0;
  /** Tokens that the bucket had left when it was seen. */
  room = 0;
  seen: BucketState | undefined;
  /** When it was seen. */
  learnedUs = -Infinity;
  reported = -1;
  asking = false;

  constructor(gcra: Gcra, terms: LeaseTerms) {
    this.lease = new Lease(gcra, terms);
    this.demand = new Demand(terms.periodUs);
  }
}

export function leasing(gcra: Gcra, terms: LeaseTerms, algorithm: string): Leasing {
  const { periodUs, leastTokens, leastRequests } = terms;
  const supply = periodUs / gcra.intervalUs;
  const alone = new Map<number, Gcra>();
  const create = () => new HeldKey(gcra, terms);
  /** As last narrowed down, µs; asked for at each exchange only, since it makes an object. */
  const offsets = new WeakMap<Instance, number>();

  const stateOf = ({ name, generation, storedKeyOf }: LimitedRule, key: RawKey): FleetState => ({
    rule: name,
    algorithm,
    generation,
    key: storedKeyOf(key),
  });

  /** All want more than there is, as far as was seen lately: whoever has none left gets some in its turn. */
  function isShort(held: HeldKey, nowUs: number): boolean {
    return Number.isFinite(held.share) && nowUs - held.learnedUs < SHARES_KEPT_PERIODS * periodUs;
  }

  /** Tokens to hold in all; 0 when they are better taken one by one. */
  function target(held: HeldKey, nowUs: number): number {
    const wanted = held.demand.perPeriod();
    if (wanted < leastRequests || supply / held.instances < leastTokens) return 0;
    // Where there is plenty, a load that has just begun is met before it is known for sure.
    const plenty = held.room / (PARTS_OF_PLENTY * held.instances);
    const expected = Math.max(wanted, Math.min(held.demand.soon(nowUs), plenty));
    return Math.ceil(Math.min(expected * HEADROOM, isShort(held, nowUs) ? held.share * SHARE_HEADROOM : Infinity));
  }

  function reportOf(held: HeldKey, nowUs: number): DemandReport | undefined {
    const period = Math.floor(nowUs / periodUs);
    if (held.reported === period) return undefined;
    held.reported = period;
    const tokens = Math.ceil(held.demand.perPeriod());
    return { period, tokens, above: tokens > held.share };
  }

  /** How the bucket stands by what is known of it, or of its like. */
  function guessOf({ memory }: LimitedRule, held: HeldKey, nowUs: number): BucketState | Regime {
    if (held.seen && held.division.parts === 1 && (held.instances === 1 || held.seen.tatUs >= nowUs - terms.slackUs))
      return held.seen;
    return memory.usually;
  }

  /** Takes in what the table said, and keeps what it gave. */
  function learn(held: HeldKey, granted: PartGranted, nowUs: number): void {
    const { record, tokens, startUs, intervalUs, division } = granted;
    held.seen = record;
    held.learnedUs = nowUs;
    held.division = division;
    if (record) learnDemand(held, record, intervalUs, nowUs);
    if (tokens > 0 && record) held.lease.add({ startUs, tokens, intervalUs, baseUs: record.baseUs });
  }

  /** What one part says of itself is taken to hold for all. */
  function learnDemand(held: HeldKey, record: BucketRecord, intervalUs: number, nowUs: number): void {
    const { parts } = held.division;
    const period = Math.floor(nowUs / periodUs);
    const [last, current] = [demandOf(record, period - 1), demandOf(record, period)];
    held.instances = Math.max(1, parts * Math.max(last.instances, current.instances));
    held.instancesInPart = last.instances;
    const roomUs = ceilingUs(gcra, record.baseUs, nowUs, terms) - Math.max(record.tatUs, nowUs);
    const room = Math.max(0, roomUs) / intervalUs;
    held.room = parts * room;
    if (last.instances === 0) return;
    // What is left of the burst is there for all as well.
    held.share = fairShare(periodUs / intervalUs + room, last);
    // What the others have to do, whoever has just begun will soon have.
    const above = Number.isFinite(held.share) ? last.above * held.share : 0;
    held.demand.expect((last.below + above) / last.instances);
  }

  /** Takes from the one item that most buckets are, or from where it is kept now. */
  async function takeWhereItIs(
    instance: Instance,
    state: FleetState,
    { division }: HeldKey,
    wanted: Wanted,
    patience: Patience,
  ): Promise<PartGranted> {
    let now = division;
    if (now.parts === 1) {
      const granted = await takeTokens(instance, gcra, state, wanted, patience);
      if (!granted.moved) return { ...granted, division: now, intervalUs: gcra.intervalUs };
      now = await (await divided()).follow(instance, gcra, state, now, granted.record, terms, patience);
    }
    return (await divided()).takeFromParts(instance, gcra, state, now, wanted, patience);
  }

  /** Asks for what is missing to hold `tokens`, and remembers when asking again makes sense. */
  async function fetch(
    instance: Instance,
    rule: LimitedRule,
    key: RawKey,
    held: HeldKey,
    tokens: number,
    ahead: boolean,
    patience: Patience,
  ): Promise<void> {
    const nowUs = fleetNowUs(instance);
    const aheadUs = ahead ? periodUs : 0;
    const request = {
      tokens,
      terms,
      aheadUs,
      report: reportOf(held, nowUs),
      guess: guessOf(rule, held, nowUs),
    };
    const granted = await takeWhereItIs(instance, stateOf(rule, key), held, request, patience).catch((error: unknown) =>
      failed(instance, rule, key, held, error, patience),
    );
    rule.memory.found(granted.regime);
    if (patience.signal?.aborted) return;
    offsets.set(instance, certainOffsetMs(instance) * 1000);
    const laterUs = fleetNowUs(instance);
    learn(held, granted, laterUs);
    held.deniedUntilUs = granted.tokens < tokens ? granted.freeAtUs : -Infinity;
    if (granted.tokens === 0) {
      // The others know when there will be room, too: not all at once.
      held.askFromUs = Math.max(granted.freeAtUs - aheadUs, laterUs) + periodUs * (0.25 + instance.random() / 2);
    } else if (Number.isFinite(held.share)) {
      const { askFromUs } = held;
      const paceUs = (periodUs * granted.tokens) / Math.max(1, held.share * SHARE_HEADROOM);
      held.askFromUs = Math.max(askFromUs, laterUs - periodUs) + paceUs;
    }
  }

  /** No answer: it is left alone for a while. One that is asked too much may have been divided meanwhile. */
  async function failed(
    instance: Instance,
    rule: LimitedRule,
    key: RawKey,
    held: HeldKey,
    error: unknown,
    patience: Patience,
  ): Promise<never> {
    held.awayUntilUs = fleetNowUs(instance) + periodUs * PAUSE_SHARE * (1 + instance.random());
    if (error instanceof StoreUnavailable && error.reason === 'throttled') {
      const known = held.division.sinceMs;
      held.division = await (await divided()).readDivision(instance, stateOf(rule, key), patience);
      const to = moreParts(held.division, instance.clock.now());
      const isNew = held.division.sinceMs !== known;
      if (!isNew && to !== held.division.parts && instance.random() * CROWD < 1) {
        divideInto(to, instance, rule, key, held);
      }
    }
    throw error;
  }

  /** Divides a bucket anew that is asked too much, or too little; one of its instances is enough for it. */
  function divide(instance: Instance, rule: LimitedRule, key: RawKey, held: HeldKey): void {
    const { division, instancesInPart, instances } = held;
    const to = betterParts(division, instancesInPart, periodUs, instance.clock.now());
    if (to !== division.parts && instance.random() * instances < TRYING) divideInto(to, instance, rule, key, held);
  }

  function divideInto(to: number, instance: Instance, rule: LimitedRule, key: RawKey, held: HeldKey): void {
    const state = stateOf(rule, key);
    void instance.syncs.start(`divide:${rule.name}:${state.key}`, async (signal) => {
      const patience = { timeoutMs: () => LONGEST_BESIDE_MS, signal };
      try {
        held.division = await (await divided()).reshape(instance, gcra, state, held.division, to, terms, patience);
      } catch {
        // Whoever finds it half done goes on with it.
        instance.recorder.internal('throttle:store-failed');
      }
    });
  }

  function prefetch({ instance }: Invocation, rule: LimitedRule, key: RawKey, held: HeldKey, nowUs: number): void {
    if (held.asking || nowUs < held.askFromUs || nowUs < held.awayUntilUs) return;
    const wanted = target(held, nowUs);
    if (wanted === 0) return;
    // What ends before the next requests come is as good as spent.
    const unspent = held.lease.unspent(nowUs + periodUs / 4);
    if (unspent >= wanted * PREFETCH_BELOW) return;
    held.asking = true;
    const missing = Math.max(1, wanted - unspent);
    void instance.syncs.start(`lease:${rule.name}:${rule.storedKeyOf(key)}`, async (signal) => {
      try {
        const patience = { timeoutMs: () => LONGEST_BESIDE_MS, signal };
        await fetch(instance, rule, key, held, missing, true, patience);
        if (!signal.aborted) divide(instance, rule, key, held);
      } catch {
        // The store's own guard tells of it; what is needed is asked for again, by a request if it comes to that.
        instance.recorder.internal('throttle:store-failed');
      } finally {
        held.asking = false;
      }
    });
  }

  function given(held: HeldKey, tokens: number, nowUs: number): Grant {
    const freeAtUs = Math.max(nowUs, Math.min(held.lease.freeAtUs(nowUs), Math.max(held.deniedUntilUs, nowUs)));
    const grant = { tokens, mark: held.lease.mark, freeAtUs };
    if (held.learnedUs === -Infinity) return grant;
    // What the bucket had when it was last seen, and what this instance holds of it.
    const remaining = Math.floor(held.room + held.lease.unspent(nowUs));
    return { ...grant, remaining, moreAtUs: remaining > 0 ? nowUs + gcra.intervalUs : freeAtUs };
  }

  return {
    takeOne(invocation, rule, key, localUs) {
      const nowUs = localUs + (offsets.get(invocation.instance) ?? 0);
      const held = rule.memory.held(key, create);
      if (!held.lease.takeOne(nowUs)) return false;
      held.demand.count(nowUs, 1);
      prefetch(invocation, rule, key, held, nowUs);
      return true;
    },

    take(invocation, rule, key, localUs, wanted) {
      const nowUs = localUs + (offsets.get(invocation.instance) ?? 0);
      const held = rule.memory.held(key, create);
      held.demand.count(nowUs, wanted);
      const { tokens, freeAtUs } = held.lease.take(nowUs, wanted);
      if (tokens === wanted) {
        prefetch(invocation, rule, key, held, nowUs);
        return given(held, tokens, nowUs);
      }
      // Known to be refused: by what is held and may be used later only, or by what the bucket said of itself.
      const untilUs = Math.max(held.deniedUntilUs, held.askFromUs);
      if (nowUs < untilUs || Number.isFinite(freeAtUs)) {
        prefetch(invocation, rule, key, held, nowUs);
        const knownUs = Math.min(freeAtUs, nowUs < untilUs ? untilUs : Infinity);
        return { tokens, mark: held.lease.mark, freeAtUs: knownUs };
      }
      // Somebody must be refused: no reason to make this one wait for it.
      if (tokens === 0 && isShort(held, nowUs) && target(held, nowUs) > 0) {
        prefetch(invocation, rule, key, held, nowUs);
        return { tokens, mark: held.lease.mark, freeAtUs: nowUs + periodUs / SOON_AGAIN };
      }
      if (tokens > 0) held.lease.undo(held.lease.mark, tokens);
      return undefined;
    },

    async ask(invocation, rule, key, wanted) {
      const { instance } = invocation;
      const held = rule.memory.held(key, create);
      const before = fleetNowUs(instance);
      if (before < held.awayUntilUs)
        throw new StoreUnavailable('backing-off', `${rule.name} was asked for in vain just now`);
      const unspent = held.lease.unspent(before);
      const goal = target(held, before);
      const missing = Math.max(wanted, goal) - unspent;
      await whileWaiting(invocation, (patience) =>
        fetch(instance, rule, key, held, Math.max(1, missing), goal > 0, patience),
      );
      divide(instance, rule, key, held);
      const nowUs = fleetNowUs(instance);
      const { tokens } = held.lease.take(nowUs, wanted);
      if (tokens === wanted) prefetch(invocation, rule, key, held, nowUs);
      return given(held, tokens, nowUs);
    },

    undo({ memory }, key, { mark }, tokens) {
      memory.held(key, create).lease.undo(mark, tokens);
    },

    takeAlone({ memory }, key, nowUs, wanted) {
      const { instances } = memory.held(key, create);
      const part = alone.get(instances) ?? aloneOf(gcra, instances, periodUs);
      if (alone.size < MOST_PARTS) alone.set(instances, part);
      const { tokens, tatUs, freeAtUs } = memory.take(part, key, nowUs, wanted);
      return { tokens, mark: tatUs, freeAtUs };
    },
  };
}

/** An exchange beside the handler ends at the limit of syncs at the latest. */
const LONGEST_BESIDE_MS = 1_000;

const MOST_PARTS = 100;
/** Whoever is refused while more is fetched finds it after this part of a period. */
const SOON_AGAIN = 10;

/** One of `instances` equal parts of a rate: without its burst, which may have been used, but of one token at least. */
function aloneOf(gcra: Gcra, instances: number, periodUs: number): Gcra {
  const intervalUs = gcra.intervalUs * instances;
  return { ...gcra, intervalUs, capacityUs: Math.max(periodUs, intervalUs) };
}
