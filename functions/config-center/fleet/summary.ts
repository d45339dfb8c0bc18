// A fleet at a glance: how many instances there are, how they stand to what is published, and what they are. Pure.
import type { RulesState } from '../../../store/items/rules.ts';
import type { Counts } from '../../../store/items/telemetry.ts';
import type { LiveInstance } from './instances.ts';
import { MINUTE_MS, type FleetMinute } from './minutes.ts';
import { standingOf, STANDINGS, type Standing } from './standing.ts';

export interface Summary {
  /**
   * `instances`: each that has reported within four minutes was looked at. `minute`: those that reported in the last minute
   * that all have told of; what a large fleet is told by.
   */
  readonly counted: 'instances' | 'minute';
  readonly instances: number;
  readonly standings: Readonly<Record<Standing, number>>;
  readonly revisions: Counts;
  readonly versions: Counts;
  readonly functions: Counts;
}

export function summaryOfInstances(instances: readonly LiveInstance[], state: RulesState): Summary {
  const standings = none();
  const [revisions, versions, functions] = [new Tally(), new Tally(), new Tally()];
  for (const one of instances) {
    standings[standingOf(one, state)]++;
    revisions.add(String(one.revision));
    versions.add(one.version);
    functions.add(`${one.functionName}:${one.functionVersion}`);
  }
  return {
    ...{ counted: 'instances', instances: instances.length, standings },
    ...{ revisions: revisions.counts(), versions: versions.counts(), functions: functions.counts() },
  };
}

/** Of what could not be followed it is known how often, and not by whom: those have an older revision. */
export function summaryOfMinute(minute: FleetMinute, state: RulesState): Summary {
  const { from, instances, revisions, versions, functions } = minute;
  const standings = none();
  // Made a minute after its beginning at the earliest.
  const at = from + MINUTE_MS;
  for (const [revision, count] of Object.entries(revisions)) {
    standings[standingOf({ revision: Number(revision), at }, state)] += count;
  }
  const refused = state.head ? (minute.rejected[String(state.head.revision)] ?? 0) : 0;
  for (const other of ['stale', 'unknown'] as const) {
    const moved = Math.min(refused - standings.rejected, standings[other]);
    standings[other] -= moved;
    standings.rejected += moved;
  }
  return { counted: 'minute', instances, standings, revisions, versions, functions };
}

function none(): Record<Standing, number> {
  return Object.fromEntries(STANDINGS.map((standing) => [standing, 0])) as Record<Standing, number>;
}

class Tally {
  readonly #counts = new Map<string, number>();

  add(name: string): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
  }

  counts(): Counts {
    return Object.fromEntries(this.#counts);
  }
}
