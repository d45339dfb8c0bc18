// Tells that a breaker has changed: the function that asked for it, the log, and the table, where operators find it.
import { putBreakerTransition } from '../../store/items/breaker-log.ts';
import type { BreakerRecord } from '../../store/items/breaker-record.ts';
import { StoreRejected, StoreUnavailable } from '../../store/port.ts';
import type { Instance } from '../kernel/instance.ts';
import { errorFields } from '../kernel/logger.ts';
import type { BreakerTransition } from '../kernel/transition.ts';
import type { Change } from './announcing.ts';
import type { FleetView } from './fleet-view.ts';

/** Whoever moved it says so in the log and in the table; each instance that learns of it tells its function. */
export function tellChange(view: FleetView, change: Change): void {
  const transition = transitionOf(view, change);
  if (change.decidedHere) {
    write(view, transition);
    keep(view, transition, change.record);
  }
  tell(view.instance, transition);
}

/** What an instance decided for itself is no news of the fleet's, and stands nowhere but in its log. */
export function tellHere(view: FleetView, from: string, to: string): void {
  const { logger } = view.instance;
  const at = view.clock.now();
  const fields = { ...named(view), from, fleet: view.shown(at) };
  if (to === 'OPEN' && fields.fleet === 'CLOSED') {
    logger.warn('flyball opened a breaker on this instance alone', fields);
  } else if (to === 'CLOSED') logger.info('flyball closed a breaker on this instance', fields);
  else logger.debug('flyball changed a breaker on this instance', { ...fields, to });
  tell(view.instance, { ...named(view), from, to, scope: 'instance', decidedHere: true, at, epoch: 0 });
}

/** Once is enough: a rule with a key has many of them, and each would be refused. */
const TOLD_REFUSED = new WeakSet<Instance>();

/** Being away is the store's own story to tell; being refused by it is a mistake somebody must mend. */
export function tellRefused(view: FleetView, error: StoreRejected): void {
  const { instance } = view;
  if (TOLD_REFUSED.has(instance)) return;
  TOLD_REFUSED.add(instance);
  instance.logger.warn('flyball cannot keep a breaker in its table', { ...named(view), ...errorFields(error) });
}

function named({ name, key }: FleetView): Pick<BreakerTransition, 'breaker' | 'key'> {
  return { breaker: name, ...(key === undefined ? {} : { key }) };
}

function transitionOf(view: FleetView, { from, to, record, decidedHere }: Change): BreakerTransition {
  const { epoch, because, forced } = record;
  const common = { ...named(view), from, to, scope: 'fleet', decidedHere, at: epoch, epoch } as const;
  // What was forced ends by itself, and nobody moves anything.
  if (from.startsWith('FORCED_') && forced?.until !== undefined && because?.cause === 'forced') {
    return { ...common, at: forced.until, cause: 'forcedUntil', by: because.by };
  }
  if (!because) return common;
  const { cause, by, was, counts, reason, function: name } = because;
  return {
    ...common,
    from: decidedHere ? was : from,
    cause,
    by,
    ...(name === undefined ? {} : { function: name }),
    ...(counts ? { counts } : {}),
    ...(reason === undefined ? {} : { reason }),
  };
}

function write({ instance }: FleetView, { breaker, key, from, to, cause, counts }: BreakerTransition): void {
  const { logger } = instance;
  const fields = { breaker, ...(key === undefined ? {} : { key }), from, cause, ...counts };
  if (to === 'OPEN') logger.warn('flyball opened a breaker', fields);
  else if (to === 'CLOSED') logger.info('flyball closed a breaker', fields);
  else logger.debug('flyball probes behind a breaker', fields);
}

/** Beside the handler; what is lost with a dying instance is an entry in a list. */
function keep({ id, instance }: FleetView, transition: BreakerTransition, { state }: BreakerRecord): void {
  const { syncs, table, service, recorder } = instance;
  const {
    breaker,
    key,
    from,
    to,
    epoch,
    cause = 'unknown',
    by = instance.id,
    function: functionName,
    counts,
  } = transition;
  void syncs.start(`breaker-log:${id}:${epoch}`, async (signal) => {
    try {
      await putBreakerTransition(
        table,
        {
          service,
          breaker,
          key,
          from,
          to,
          epoch,
          cause,
          by,
          function: functionName,
          counts,
          until: state.kind === 'OPEN' ? state.until : undefined,
        },
        { signal },
      );
    } catch (error) {
      recorder.internal('breaker:unlogged');
      if (!(error instanceof StoreUnavailable || error instanceof StoreRejected)) throw error;
    }
  });
}

/** Its failures are its own: they neither reach the call nor count against the breaker. */
function tell({ onTransition, recorder, logger }: Instance, transition: BreakerTransition): void {
  for (const listener of onTransition) {
    void told(listener, transition).catch((error: unknown) => {
      recorder.internal('onTransition:failed');
      logger.warn('flyball told onTransition, and it failed', { breaker: transition.breaker, ...errorFields(error) });
    });
  }
}

/** Plain JavaScript may give a function that returns a promise. */
async function told(
  listener: (transition: BreakerTransition) => unknown,
  transition: BreakerTransition,
): Promise<void> {
  await listener(transition);
}
