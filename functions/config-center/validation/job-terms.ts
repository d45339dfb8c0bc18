// Checks what the runs of a job are held to: terms that can be kept, and that can be broken.
import type { JobRule } from '../../../middleware/kernel/rules/document.ts';
import { parseDuration } from '../../../middleware/kernel/units.ts';
import type { Place, Report } from './findings.ts';

/** A run is written to be alive once in a quarter of a minute at most: less would be silence between two of them. */
const SHORTEST_SILENCE_MS = 30_000;

export function checkTerms(rule: JobRule, place: Place, report: Report): void {
  const { minRuntime, maxRuntime, noHeartbeatFor } = rule;
  if (minRuntime !== undefined && maxRuntime !== undefined && parseDuration(minRuntime) >= parseDuration(maxRuntime)) {
    report(
      [...place, 'minRuntime'],
      `${minRuntime} is not less than maxRuntime (${maxRuntime}): no run could be right`,
    );
  }
  if (noHeartbeatFor !== undefined && parseDuration(noHeartbeatFor) < SHORTEST_SILENCE_MS) {
    report([...place, 'noHeartbeatFor'], `${noHeartbeatFor} is less than 30s; a run is heard of every 15s at most`);
  }
}
