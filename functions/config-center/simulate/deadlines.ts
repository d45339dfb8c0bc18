// How many requests took longer than a deadline would have given them. Pure.
import type { RuleDocument } from '../../../middleware/kernel/rules/document.ts';
import { parseDuration } from '../../../middleware/kernel/units.ts';
import { NONE, rangeOf } from './range.ts';
import { edgeOf, type Recorded } from './record.ts';
import type { SideEffects } from './rule-effects.ts';

const timeoutIn = (document: RuleDocument, resource: string): number | undefined => {
  const timeout = document.resources?.[resource]?.deadline?.timeout;
  return timeout === undefined ? undefined : parseDuration(timeout);
};

/** Undefined where the document gives the resource no deadline. `current` is the document that was in force. */
export function overDeadline(
  record: Recorded,
  resource: string,
  document: RuleDocument,
  current: RuleDocument,
): SideEffects | undefined {
  const timeoutMs = timeoutIn(document, resource);
  if (timeoutMs === undefined) return undefined;
  const durations = record.resources.get(resource)?.durations;
  if (!durations) return { exceeded: NONE, cannotSay: [] };
  const { certain, likely, possible } = longerThan(durations, timeoutMs);
  const cutMs = timeoutIn(current, resource);
  if (cutMs === undefined || cutMs >= timeoutMs) return { exceeded: rangeOf(certain, likely, possible), cannotSay: [] };
  const cut = longerThan(durations, cutMs * 0.95).possible;
  const reason = `requests that were stopped at ${cutMs} ms: how long they would have taken is not recorded`;
  return {
    exceeded: rangeOf(certain, cut > possible ? null : likely, Math.max(cut, possible)),
    cannotSay: cut > 0 ? [reason] : [],
  };
}

/** Durations are kept in buckets: of the one that a moment lies in, nobody knows which are longer. */
export function longerThan(durations: Float64Array, ms: number) {
  let [certain, likely, possible] = [0, 0, 0];
  durations.forEach((count, bucket) => {
    const [from, to] = [edgeOf(bucket), edgeOf(bucket + 1)];
    if (count === 0 || to <= ms) return;
    possible += count;
    if (from >= ms) certain += count;
    likely += from >= ms ? count : (count * (to - ms)) / (to - from);
  });
  return { certain, likely, possible };
}
