// What an instance says when an operator pauses it, or publishes what it cannot follow; loaded when there is something to say.
import type { Pause } from '../../../store/items/pause.ts';
import type { RulesHead } from '../../../store/items/rules-read.ts';
import type { Instance } from '../instance.ts';
import { errorFields } from '../logger.ts';
import { LIBRARY_VERSION } from '../version.ts';

/** Nothing when it is as it was. */
export function sayPause({ clock, logger }: Instance, was: Pause | undefined, pause: Pause | undefined): void {
  if (pause?.priority === was?.priority && pause?.until === was?.until) return;
  const nowMs = clock.now();
  if (pause && nowMs < pause.until) {
    const { priority, until, reason } = pause;
    logger.warn('flyball pauses', { priority, until: new Date(until).toISOString(), reason });
  } else if (was && nowMs < was.until) logger.info('flyball pauses no more', { priority: was.priority });
}

/** `error` is what could not be compiled; without one the revision needs a newer library. */
export function sayRejected({ logger, rules }: Instance, { revision, needs }: RulesHead, error: unknown): void {
  const reason = `Revision ${revision} needs flyball ${needs}, and this function has ${LIBRARY_VERSION}: deploy it with a newer one`;
  logger.error('flyball kept the last good rules', {
    rejected: revision,
    inForce: rules.snapshot.origin.revision,
    ...errorFields(error ?? new Error(reason)),
  });
}
