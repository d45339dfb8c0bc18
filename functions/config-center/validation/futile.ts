// Finds what can hardly have an effect, though nothing is wrong with it: warnings, no errors.
import type { BreakerRule, RuleDocument } from '../../../middleware/kernel/rules/document.ts';
import { parseDuration } from '../../../middleware/kernel/units.ts';
import type { Finding, Place } from './findings.ts';

/** Limits on slow calls that no call reaches, since it is cut off before and is then a failure. */
export function futileLimits({ resources = {}, dependencies = {} }: RuleDocument): readonly Finding[] {
  const ofResources = Object.entries(resources).map(([name, { breaker, deadline }]) =>
    unreached(breaker, 'deadline.timeout', deadline?.timeout, ['resources', name]),
  );
  const ofDependencies = Object.entries(dependencies).map(([name, { breaker, attemptTimeout }]) =>
    unreached(breaker, 'attemptTimeout', attemptTimeout, ['dependencies', name]),
  );
  return [...ofResources, ...ofDependencies].filter((finding) => finding !== undefined);
}

function unreached(
  breaker: BreakerRule | undefined,
  field: string,
  limit: string | undefined,
  place: Place,
): Finding | undefined {
  const over = breaker?.slow?.over;
  if (over === undefined || limit === undefined || parseDuration(over) < parseDuration(limit)) return undefined;
  const reason = `${over} is never exceeded: ${field} (${limit}) ends it before, as a failure`;
  return { place: [...place, 'breaker', 'slow', 'over'], reason };
}
