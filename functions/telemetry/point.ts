// One step of a series while minutes are added to it: counts by outcome, percentiles, refusals. Pure.
import { Histogram } from '../../middleware/telemetry/histogram.ts';
import type { Counts, Tally, TelemetryMinute } from '../../store/items/telemetry.ts';
import { isKnownOf, type Metric, type Subject } from './query.ts';

/** How long things took, in ms, each within the histogram's relative error; null when nothing was timed. */
export type Durations = Readonly<Record<'p50' | 'p95' | 'p99' | 'max', number>> | null;

export interface ShownSum {
  readonly count: number;
  /** `refused` by flyball stands apart from failures. */
  readonly outcomes: Counts;
  readonly cold: number;
  readonly slow: number;
}

/** A point as it is answered: of one metric, or of all. */
export interface ShownPoint extends Partial<ShownSum> {
  readonly instances?: number;
  readonly durationMs?: Durations;
  readonly attempts?: ShownSum & { readonly durationMs: Durations };
  /** By `policy/rule/resource`. */
  readonly refusals?: Counts;
  readonly shadow?: Counts;
  /** By `breaker/FROM/TO`. */
  readonly transitions?: Counts;
  /** What happened inside flyball, of a service. */
  readonly internal?: Counts;
}

export class Point {
  readonly #subject: Subject;
  readonly #own = new Sum();
  readonly #attempts = new Sum();
  readonly #refusals = new Map<string, number>();
  readonly #shadow = new Map<string, number>();
  readonly #transitions = new Map<string, number>();
  readonly #internal = new Map<string, number>();
  readonly #instances = new Set<string>();

  constructor(subject: Subject) {
    this.#subject = subject;
  }

  add(minute: TelemetryMinute): void {
    const subject = this.#subject;
    this.#instances.add(minute.instance);
    switch (subject.kind) {
      case 'service':
        for (const tally of Object.values(minute.resources)) this.#own.add(tally);
        for (const tally of Object.values(minute.attempts)) this.#attempts.add(tally);
        addCounts(this.#internal, minute.internal);
        break;
      case 'resource':
        this.#own.add(own(minute.resources, subject.name));
        break;
      case 'dependency':
        this.#own.add(own(minute.calls, subject.name));
        this.#attempts.add(own(minute.attempts, subject.name));
    }
    addCounts(this.#refusals, minute.refusals, (key) => concerns(key, subject));
    addCounts(this.#shadow, minute.shadow, (key) => concerns(key, subject));
    addCounts(this.#transitions, minute.transitions, (key) => isTransitionOf(key, subject));
  }

  shown(metric: Metric | undefined): ShownPoint {
    const { kind } = this.#subject;
    const wants = (one: Metric) => (metric === undefined || metric === one) && isKnownOf(one, kind);
    return {
      ...(wants('instances') ? { instances: this.#instances.size } : {}),
      ...(wants('count') ? this.#own.counts() : {}),
      ...(wants('duration') ? { durationMs: this.#own.durations() } : {}),
      ...(wants('attempts')
        ? { attempts: { ...this.#attempts.counts(), durationMs: this.#attempts.durations() } }
        : {}),
      ...(wants('refusals')
        ? { refusals: Object.fromEntries(this.#refusals), shadow: Object.fromEntries(this.#shadow) }
        : {}),
      ...(wants('transitions') ? { transitions: Object.fromEntries(this.#transitions) } : {}),
      ...(wants('internal') ? { internal: Object.fromEntries(this.#internal) } : {}),
    };
  }
}

/** Tallies added up. */
class Sum {
  readonly #outcomes = new Map<string, number>();
  readonly #durations = new Histogram();
  #cold = 0;
  #slow = 0;

  add(tally: Tally | undefined): void {
    if (!tally) return;
    addCounts(this.#outcomes, tally.outcomes);
    this.#cold += tally.cold ?? 0;
    this.#slow += tally.slow ?? 0;
    if (tally.durations) this.#durations.addEncoded(tally.durations, tally.maxMs ?? 0);
  }

  counts(): ShownSum {
    let count = 0;
    for (const one of this.#outcomes.values()) count += one;
    return { count, outcomes: Object.fromEntries(this.#outcomes), cold: this.#cold, slow: this.#slow };
  }

  durations(): Durations {
    if (this.#durations.count === 0) return null;
    const quantile = (q: number) => rounded(this.#durations.quantile(q) ?? 0);
    return { p50: quantile(0.5), p95: quantile(0.95), p99: quantile(0.99), max: rounded(this.#durations.max) };
  }
}

function addCounts(sum: Map<string, number>, counts: Counts, fits: (name: string) => boolean = () => true): void {
  for (const [name, count] of Object.entries(counts)) {
    if (fits(name)) sum.set(name, (sum.get(name) ?? 0) + count);
  }
}

/** `policy/rule/resource`: of a dependency, what its breaker refused. */
function concerns(key: string, subject: Subject): boolean {
  if (subject.kind === 'service') return true;
  return subject.kind === 'resource' ? key.endsWith(`/${subject.name}`) : key.startsWith(`breaker/${subject.name}/`);
}

/** `breaker/FROM/TO`: breakers are named after their dependencies. */
function isTransitionOf(key: string, subject: Subject): boolean {
  return subject.kind === 'service' || key.startsWith(`${subject.name}/`);
}

/** Names come from outside: only what is there itself counts. */
function own(tallies: { readonly [name: string]: Tally }, name: string): Tally | undefined {
  return Object.hasOwn(tallies, name) ? tallies[name] : undefined;
}

const rounded = (ms: number) => Number(ms.toPrecision(4));
