// Leases of a quota: an instance takes what it is about to use of a window in one write, and spends it from memory.
import type { Instance } from '../kernel/instance.ts';
import { Demand } from './demand.ts';
import { whileWaiting, type Patience } from './fleet.ts';
import type { RawKey } from '../kernel/key.ts';
import type { Grant, LimitedRule, Leasing, Limiter } from './limiter.ts';
import { freeAtMs, type Quota } from './quota.ts';
import { QuotaExchange } from './quota-exchange.ts';
import { LEASE_MS, leaseGoal, QuotaLease } from './quota-lease.ts';
import { OpenLeases, type Holding } from './quota-open.ts';
import type { Window } from './window.ts';

/** What is left of a lease when the next one is asked for. */
const PREFETCH_BELOW = 0.3;
/** Leases of keys in use are renewed so long before they end. */
const RENEWED_BEFORE_MS = LEASE_MS / 4;
/** After an exchange that failed or gave nothing, the next one beside a handler waits. */
const PAUSE_MS = 5_000;
/** An exchange beside the handler ends at the limit of syncs at the latest. */
const LONGEST_BESIDE_MS = 1_000;

/** What an instance knows and holds of one key in one window. */
class HeldWindow implements Holding {
  readonly name: string;
  readonly window: Window;
  readonly lease = new QuotaLease();
  readonly exchange: QuotaExchange;
  readonly open: OpenLeases;
  /** Of the whole fleet, as last seen. */
  taken = 0;
  /** What was to be held when the lease was last renewed. */
  goal = 0;
  deniedUntilMs = -Infinity;
  renewFromMs = -Infinity;
  renewing = false;

  constructor(name: string, window: Window, exchange: QuotaExchange, open: OpenLeases) {
    this.name = name;
    this.window = window;
    this.exchange = exchange;
    this.open = open;
  }
}

/** What an instance knows of one key. */
class HeldQuota {
  readonly demand = new Demand(LEASE_MS * 1000);
  current: HeldWindow | undefined;
}

const create = () => new HeldQuota();

export function quotaLeasing(quota: Quota, takeHere: Limiter['takeHere']): Leasing {
  const { limit, windowOf } = quota;

  /** What was held of the window before is reported and given back when its lease ends. */
  function windowHeld(instance: Instance, rule: LimitedRule, key: RawKey, held: HeldQuota, nowMs: number): HeldWindow {
    const window = windowOf(nowMs);
    if (held.current?.window.startMs === window.startMs) return held.current;
    const { name, generation, storedKeyOf } = rule;
    const state = { rule: name, algorithm: 'fixed-window', generation, key: storedKeyOf(key) };
    const exchange = new QuotaExchange(instance, quota, state, window);
    held.current = new HeldWindow(`${name}:${state.key}:${window.startMs}`, window, exchange, openOf(instance));
    return held.current;
  }

  /** Takes `now` tokens for a request and as many as should be held, or nothing. True when it did. */
  async function renew(instance: Instance, demand: Demand, own: HeldWindow, now: number, patience: Patience) {
    const { lease, exchange, window } = own;
    const nowMs = instance.clock.now();
    // What was counted long ago is no demand.
    demand.count(nowMs * 1000, 0);
    const goal = leaseGoal(limit, own.taken + now, demand.perPeriod());
    if (own.renewing || goal <= (now > 0 ? lease.unspent : 0)) return false;
    own.renewing = true;
    try {
      const untilMs = Math.min(nowMs + LEASE_MS, window.endMs);
      const { applied, record } = await exchange.takeLease(lease, { now, goal, untilMs }, patience);
      own.taken = record?.taken ?? own.taken;
      if (applied) own.goal = goal;
      return applied;
    } finally {
      own.renewing = false;
      own.open.add(own);
    }
  }

  function prefetch(instance: Instance, demand: Demand, own: HeldWindow, nowMs: number): void {
    const { lease } = own;
    const isLow = lease.unspent < own.goal * PREFETCH_BELOW;
    if (!isLow && nowMs < lease.untilMs - RENEWED_BEFORE_MS) return;
    if (own.renewing || nowMs < own.renewFromMs) return;
    own.renewFromMs = nowMs + PAUSE_MS;
    void instance.syncs.start(`quota-lease:${own.name}`, async (signal) => {
      const patience = { timeoutMs: () => LONGEST_BESIDE_MS, signal };
      try {
        if (await renew(instance, demand, own, 0, patience)) own.renewFromMs = -Infinity;
      } catch {
        // The store's own guard tells of it; what is needed is asked for again, by a request if it comes to that.
        instance.recorder.internal('throttle:store-failed');
      }
    });
  }

  function given(own: HeldWindow, tokens: number, wanted: number, nowMs: number): Grant {
    const left = leftOf(own);
    const freeAtUs = (tokens < wanted ? own.deniedUntilMs : nowMs) * 1000;
    const { startMs, endMs } = own.window;
    return { tokens, mark: startMs, freeAtUs, left, remaining: left, moreAtUs: endMs * 1000 };
  }

  const leftOf = ({ taken, lease }: HeldWindow) => Math.max(0, limit - taken) + lease.unspent;

  return {
    takeOne(invocation, rule, key, nowUs) {
      const nowMs = nowUs / 1000;
      const held = rule.memory.held(key, create);
      const own = windowHeld(invocation.instance, rule, key, held, nowMs);
      if (own.lease.take(1) === 0) return false;
      held.demand.count(nowUs, 1);
      invocation.quota = { rule: rule.name, left: leftOf(own) };
      prefetch(invocation.instance, held.demand, own, nowMs);
      return true;
    },

    take(invocation, rule, key, nowUs, wanted) {
      const nowMs = nowUs / 1000;
      const held = rule.memory.held(key, create);
      const own = windowHeld(invocation.instance, rule, key, held, nowMs);
      if (own.lease.unspent < wanted && nowMs >= own.deniedUntilMs) return undefined;
      held.demand.count(nowUs, wanted);
      const tokens = own.lease.take(wanted);
      if (tokens > 0) prefetch(invocation.instance, held.demand, own, nowMs);
      return given(own, tokens, wanted, nowMs);
    },

    ask: (invocation, rule, key, wanted) =>
      whileWaiting(invocation, async (patience) => {
        const { instance } = invocation;
        const nowMs = instance.clock.now();
        const held = rule.memory.held(key, create);
        const own = windowHeld(instance, rule, key, held, nowMs);
        held.demand.count(nowMs * 1000, wanted);
        const before = own.lease.take(wanted);
        const missing = wanted - before;
        try {
          if (missing === 0 || (await renew(instance, held.demand, own, missing, patience))) {
            return given(own, wanted, wanted, nowMs);
          }
          const { tokens, record } = await own.exchange.takeExactly(missing, 1, patience);
          own.taken = record?.taken ?? own.taken;
          own.deniedUntilMs = tokens < missing ? freeAtMs(record, own.window, nowMs) : -Infinity;
          return given(own, before + tokens, wanted, nowMs);
        } catch (error) {
          own.lease.undo(before);
          throw error;
        } finally {
          own.open.add(own);
        }
      }),

    undo({ memory }, key, { mark }, tokens) {
      const own = memory.held(key, create).current;
      if (own?.window.startMs !== mark) return;
      own.lease.undo(tokens);
      own.open.add(own);
    },

    takeAlone: ({ memory }, key, nowUs, wanted) => takeHere(memory, key, nowUs, wanted),
  };
}

const OWNER = {};

function openOf(instance: Instance): OpenLeases {
  return instance.state(OWNER, () => {
    const open = new OpenLeases(() => instance.recorder);
    instance.syncs.add(open);
    return open;
  });
}
