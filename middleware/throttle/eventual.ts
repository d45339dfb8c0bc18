// Admits first and charges the fleet's bucket beside the handler: nobody waits, and each instance may be one charge late.
import { StoreUnavailable } from '../../store/port.ts';
import { AT_ONCE } from './bucket.ts';
import { certainOffsetMs } from './fleet-clock.ts';
import { takeTokens } from './fleet.ts';
import type { Gcra } from './gcra.ts';
import type { Leasing, Limiter } from './limiter.ts';

/** The limit of syncs ends it sooner. */
const LONGEST_BESIDE_MS = 1_000;

class Owed {
  /** Used and not charged for yet. */
  tokens = 0;
  charging = false;
  /** The bucket certainly has nothing before, by this instance's clock in µs. */
  deniedUntilUs = -Infinity;
  taken = 0;
}

/** A bucket that is charged so. */
export function eventual(bucket: Limiter, gcra: Gcra): Limiter {
  return { ...bucket, leasing: charging(gcra, bucket.algorithm) };
}

function charging(gcra: Gcra, algorithm: string): Leasing {
  const create = () => new Owed();

  return {
    takeOne: () => false,

    take(invocation, rule, key, nowUs, wanted) {
      const { instance } = invocation;
      const owed = rule.memory.held(key, create);
      if (nowUs < owed.deniedUntilUs) return { tokens: 0, mark: owed.taken, freeAtUs: owed.deniedUntilUs };
      if (instance.syncs.storeAway) return undefined;
      owed.tokens += wanted;
      owed.taken += 1;
      if (!owed.charging) {
        owed.charging = true;
        const { name, generation, storedKeyOf } = rule;
        const state = { rule: name, algorithm, generation, key: storedKeyOf(key) };
        void instance.syncs.start(`charge:${name}:${state.key}`, async (signal) => {
          const { tokens } = owed;
          // At most once: a charge that is not answered may have been applied.
          owed.tokens = 0;
          try {
            const request = { tokens, terms: AT_ONCE, aheadUs: 0, force: true };
            const patience = { timeoutMs: () => LONGEST_BESIDE_MS, signal };
            const { freeAtUs } = await takeTokens(instance, gcra, state, request, patience);
            if (signal.aborted) return;
            const freeHereUs = freeAtUs - certainOffsetMs(instance) * 1000;
            owed.deniedUntilUs = freeHereUs > instance.clock.now() * 1000 ? freeHereUs : -Infinity;
          } catch (error) {
            // Not applied: very many charge this bucket, and the next charge carries this one.
            if (error instanceof StoreUnavailable && error.reason === 'throttled') owed.tokens += tokens;
            throw error;
          } finally {
            owed.charging = false;
          }
        });
      }
      return { tokens: wanted, mark: owed.taken, freeAtUs: nowUs };
    },

    ask: () =>
      Promise.reject(new StoreUnavailable('backing-off', 'the table is away, and nothing can be charged to it')),

    undo(rule, key, { mark }, tokens) {
      const owed = rule.memory.held(key, create);
      if (owed.taken === mark && owed.tokens >= tokens) owed.tokens -= tokens;
    },

    takeAlone({ memory }, key, nowUs, wanted) {
      const { tokens, tatUs, freeAtUs } = memory.take(gcra, key, nowUs, wanted);
      return { tokens, mark: tatUs, freeAtUs };
    },
  };
}
