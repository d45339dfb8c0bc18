// Which alerts are quiet because another speaks for them: their cause, or what a rule of inhibition names. Pure.
import type { Alert } from '../../../store/items/alert-record.ts';
import type { Routing } from '../routing/document.ts';
import { inhibitionsOf, type Firing } from '../routing/inhibit.ts';
import { routedOf, underLimit } from './limits.ts';
import { isWorse } from './severity.ts';

export interface Quiet {
  /** The key of the alert that speaks for it. */
  readonly by: string;
  /** The rule's place in the routing document; undefined for its cause. */
  readonly rule?: string | undefined;
}

/**
 * Of all that fire, what keeps one quiet. A cause speaks for what is no worse than it is. Of those that keep each other
 * quiet in a circle the oldest speaks: somebody always does.
 */
export function quieting(routing: Routing | undefined, firing: readonly Alert[]): (alert: Alert) => Quiet | undefined {
  const asFiring = (alert: Alert): Firing => ({ ...routedOf(underLimit(alert, routing)), since: alert.since });
  const all = new Map(firing.map((alert) => [alert.condition.key, asFiring(alert)]));
  const causes = new Map(firing.map(({ condition }) => [condition.key, condition.because]));
  const byRule = routing === undefined ? () => undefined : inhibitionsOf(routing, [...all.values()]);
  const known = new Map<string, Quiet | undefined>();

  function edgeOf(alert: Firing, because: string | undefined): Quiet | undefined {
    const cause = because === undefined ? undefined : all.get(because);
    if (cause && cause.key !== alert.key && !isWorse(alert.severity, cause.severity)) return { by: cause.key };
    return byRule(alert);
  }

  function edgeOfKey(key: string): Quiet | undefined {
    if (known.has(key)) return known.get(key);
    const alert = all.get(key);
    const edge = alert && edgeOf(alert, causes.get(key));
    known.set(key, edge);
    return edge;
  }

  return (alert) => {
    const own = asFiring(alert);
    const edge = edgeOf(own, alert.condition.because);
    let oldest = own;
    const passed = new Set([own.key]);
    for (let next = edge; next !== undefined && !passed.has(next.by); next = edgeOfKey(next.by)) {
      passed.add(next.by);
      const on = all.get(next.by);
      if (on && isOlder(on, oldest)) oldest = on;
      if (edgeOfKey(next.by)?.by === own.key) return oldest.key === own.key ? undefined : edge;
    }
    return edge;
  };
}

/** How many of those that fire are quiet because of each. */
export function followersOf(
  firing: readonly Alert[],
  quietedBy: (alert: Alert) => Quiet | undefined,
): ReadonlyMap<string, number> {
  const followers = new Map<string, number>();
  for (const alert of firing) {
    const by = quietedBy(alert)?.by;
    if (by !== undefined) followers.set(by, (followers.get(by) ?? 0) + 1);
  }
  return followers;
}

const isOlder = (a: Firing, b: Firing): boolean => a.since < b.since || (a.since === b.since && a.key < b.key);
