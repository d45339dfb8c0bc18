// Faults of flyball's own table, as its policies meet them. Rules are read past them, so that a drill can be ended, and
// telemetry is written past them, so that its harm is seen.
import { guardedTable } from '../../store/guard.ts';
import { StoreUnavailable, type CallOptions, type Table } from '../../store/port.ts';
import { sleep } from '../kernel/clock.ts';
import { current } from '../kernel/current.ts';
import type { Instance } from '../kernel/instance.ts';
import { storeLimitMs } from '../kernel/patience.ts';
import { tell } from './injected.ts';
import { requestIdOf } from './request-id.ts';
import type { Ending, Met, PlacedFaults } from './rule.ts';

/** As long as an exchange may take that does not say. */
const USUAL_LIMIT_MS = storeLimitMs(100);

/**
 * `faults` are those in force at the time. Behind a guard of its own: what a drill makes of the table must not keep anybody
 * from reading rules.
 */
export function disturbedTable(beneath: Table, instance: Instance, faults: () => PlacedFaults | undefined): Table {
  const { clock, service } = instance;
  const ours = `run#${service}#`;
  const telemetry = `${ours}telemetry`;
  const isDisturbed = (pk: string) => pk.startsWith(ours) && !pk.startsWith(telemetry);

  function metBy(): Met | undefined {
    const nowMs = clock.now();
    const invocation = current();
    if (!invocation || !instance.rules.takesFaultsAt(nowMs)) return undefined;
    const met = faults()?.meets(invocation, requestIdOf(invocation), nowMs);
    if (met) tell(invocation, met, 'store');
    return met?.shadow ? undefined : met;
  }

  async function within<Options extends CallOptions>(
    options: Options,
    exchange: (options: Options) => Promise<unknown>,
  ): Promise<unknown> {
    const met = metBy();
    if (!met) return exchange(options);
    const limitMs = options.timeoutMs ?? USUAL_LIMIT_MS;
    const isTimeout = met.abort?.status === undefined && met.abort?.outcome === 'timeout';
    const waitMs = isTimeout ? limitMs : Math.min(met.delayMs, limitMs);
    try {
      if (waitMs > 0) await sleep(clock, waitMs, options.signal);
    } catch (error) {
      throw new StoreUnavailable('aborted', 'The exchange was given up during an injected delay', { cause: error });
    }
    if (isTimeout || met.delayMs >= limitMs) throw unavailable('timeout', met.fault);
    if (met.abort) throw unavailable(reasonOf(met.abort), met.fault);
    return exchange({ ...options, timeoutMs: limitMs - waitMs });
  }

  const disturbed = guardedTable(
    {
      get: (key, options = {}) => within(options, (given) => beneath.get(key, given)) as ReturnType<Table['get']>,
      put: (request) => within(request, (given) => beneath.put(given)) as ReturnType<Table['put']>,
      update: (request) => within(request, (given) => beneath.update(given)) as ReturnType<Table['update']>,
      delete: (request) => within(request, (given) => beneath.delete(given)) as ReturnType<Table['delete']>,
      query: (request) => within(request, (given) => beneath.query(given)) as ReturnType<Table['query']>,
    },
    clock,
  );
  const of = (pk: string) => (isDisturbed(pk) ? disturbed : beneath);
  return {
    get: (key, options) => of(key.pk).get(key, options),
    put: (request) => of(request.item.pk).put(request),
    update: (request) => of(request.key.pk).update(request),
    delete: (request) => of(request.key.pk).delete(request),
    query: (request) => of(request.pk).query(request),
    skew: () => beneath.skew?.(),
  };
}

const unavailable = (reason: StoreUnavailable['reason'], fault: string) =>
  new StoreUnavailable(reason, `The fault "${fault}" was injected: a drill, the table was not asked`);

function reasonOf(ending: Ending): StoreUnavailable['reason'] {
  if (ending.status !== undefined) return ending.status === 429 ? 'throttled' : 'server';
  return ending.outcome === 'error' ? 'server' : ending.outcome;
}
