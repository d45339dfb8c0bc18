// Requests by the second they ended in, for rules of alerts whose windows are shorter than a minute: what matches is counted, and
// nothing else.
import type { BurstCounts } from '../../store/items/telemetry-detail.ts';
import { outcomeTest, type Outcome } from '../kernel/outcome.ts';
import type { AlertRule, RuleDocument } from '../kernel/rules/document.ts';
import { parseDuration } from '../kernel/units.ts';

const MINUTE_MS = 60_000;
/** Of one instance's minute; invocations that go on beyond it make it longer. */
const MOST_SECONDS = 120;
/** As many as there are rules, before a revision changes them and after. */
const MOST_BURSTS = 40;
const ID_LENGTH = 16;

/** As objectives have it: what a caller did wrong, or the business refused, was answered as it should be. */
const isFailure = outcomeTest(['connect', 'timeout', 'error', '5xx']);

type Matches = (resource: string, outcome: Outcome, durationMs: number) => boolean;

/** So many within a window of so many seconds. */
export interface Burst {
  /** Of what is counted: rules that only ask for more of it, or within longer, have the same. */
  readonly id: string;
  readonly seconds: number;
  readonly atLeast: number;
  readonly matches: Matches;
}

/** Undefined when the rule is of minutes. */
export function burstOf({ when: { requests, failures }, resources }: AlertRule): Burst | undefined {
  const terms = requests ?? failures;
  if (terms?.atLeast === undefined) return undefined;
  const withinMs = parseDuration(terms.within);
  if (withinMs >= MINUTE_MS) return undefined;
  const slowerThanMs = requests?.slowerThan === undefined ? undefined : parseDuration(requests.slowerThan);
  const of = resources && new Set(resources);
  const counted = [requests ? 'requests' : 'failures', slowerThanMs ?? 0, of ? [...of].sort() : []];
  return {
    id: idOf(JSON.stringify(counted)),
    seconds: Math.ceil(withinMs / 1_000),
    atLeast: terms.atLeast,
    matches: (resource, outcome, durationMs) => {
      if (of && !of.has(resource)) return false;
      if (!requests) return isFailure(outcome);
      return slowerThanMs === undefined || (outcome !== 'refused' && durationMs > slowerThanMs);
    },
  };
}

export class Bursts {
  #alerts: RuleDocument['alerts'];
  #bursts: readonly Burst[] = [];
  /** By burst, then by second of this machine's clock. */
  readonly #counts = new Map<string, Map<number, number>>();

  record(
    alerts: RuleDocument['alerts'],
    resource: string,
    outcome: Outcome,
    endedAt: number,
    durationMs: number,
  ): void {
    if (alerts !== this.#alerts) this.#watch(alerts);
    for (const { id, matches } of this.#bursts) {
      if (matches(resource, outcome, durationMs)) this.#add(id, Math.floor(endedAt / 1_000));
    }
  }

  #watch(alerts: RuleDocument['alerts']): void {
    this.#alerts = alerts;
    const bursts = Object.values(alerts ?? {}).flatMap((rule) => burstOf(rule) ?? []);
    this.#bursts = [...new Map(bursts.map((burst) => [burst.id, burst])).values()];
  }

  #add(id: string, second: number): void {
    let counts = this.#counts.get(id);
    if (!counts) {
      if (this.#counts.size >= MOST_BURSTS) return;
      this.#counts.set(id, (counts = new Map<number, number>()));
    }
    counts.set(second, (counts.get(second) ?? 0) + 1);
    // The first of them is the one that has been told of longest.
    if (counts.size > MOST_SECONDS) for (const [first] of counts) return void counts.delete(first);
  }

  /** `offsetMs` is what the store's clock is ahead of this machine's. Undefined when nothing was counted. */
  read(offsetMs: number): BurstCounts | undefined {
    if (this.#counts.size === 0) return undefined;
    const ahead = Math.round(offsetMs / 1_000);
    const read = [...this.#counts].map(([id, counts]) => {
      const seconds = [...counts].map(([second, count]) => [second + ahead, count] as const);
      return [id, seconds.sort(([a], [b]) => a - b)] as const;
    });
    return Object.fromEntries(read);
  }

  clear(): void {
    this.#counts.clear();
  }
}

function idOf(text: string): string {
  return process.getBuiltinModule('node:crypto').hash('sha256', text, 'base64url').slice(0, ID_LENGTH);
}
