// Says in the log why flyball answered in place of an error: the answer itself must not, and the platform sees none.
import { DependencyFailed, Misused, type FlyballError } from './errors.ts';
import type { Invocation } from './invocation.ts';
import { errorFields } from './logger.ts';

/** A dependency that is down fails with every request; one line tells as much as thousands. */
const LINE_EVERY_MS = 1_000;

/** When a line was last written on an instance, ms, by dependency; misuse has a name that no dependency can have. */
const WRITTEN = {};
const MISUSE = '';

/** One line a second for each dependency and instance. Refusals and business failures are counted, not logged. */
export function logAnswered(invocation: Invocation, error: FlyballError): void {
  const { instance, requestId, resource } = invocation;
  const where = { requestId, resource: resource.name };
  if (error instanceof DependencyFailed) {
    const { dependency, outcome, attempts, gaveUp, cause } = error;
    if (!isTimeForLine(invocation, dependency)) return;
    const fields = { ...where, dependency, outcome, attempts, gaveUp, ...errorFields(cause ?? error) };
    instance.logger.warn('flyball answered for a dependency that failed', fields);
  } else if (error instanceof Misused && isTimeForLine(invocation, MISUSE)) {
    instance.logger.warn('flyball was misused', { ...where, ...errorFields(error) });
  }
}

function isTimeForLine({ instance }: Invocation, dependency: string): boolean {
  const now = instance.clock.now();
  const written = instance.state(WRITTEN, () => new Map<string, number>());
  const elapsed = now - (written.get(dependency) ?? -Infinity);
  if (elapsed >= 0 && elapsed < LINE_EVERY_MS) return false;
  written.set(dependency, now);
  return true;
}
