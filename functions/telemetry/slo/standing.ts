// How an objective stands, as it is answered: what was attained, what is left of its budget, how fast it goes, what fires. Pure.
import type { SumData } from '../sums/data.ts';
import { alertsOf } from './alerts.ts';
import { attainedOf, budgetOf, burnRateOf } from './budget.ts';
import { added, countedUpToMs, eventsOf, NO_EVENTS, type Events } from './events.ts';
import type { Objective, Window } from './objective.ts';
import type { Whose } from './refusals.ts';
import { beginOf, BURN_WINDOWS, WINDOW_MS, type BurnWindow } from './windows.ts';

interface Growing {
  readonly from: number;
  events: Events;
}

export type Burning = ReturnType<Standing['burning']>;

/** An objective's windows while they are read: all end at the same instant. */
export class Standing {
  readonly objective: Objective;
  readonly #endMs: number;
  readonly #whose: Whose;
  readonly #windows: ReadonlyMap<BurnWindow | Window, Growing>;

  constructor(objective: Objective, endMs: number, whose: Whose) {
    this.objective = objective;
    this.#endMs = endMs;
    this.#whose = whose;
    const names = [...BURN_WINDOWS, objective.window];
    this.#windows = new Map(names.map((name) => [name, { from: beginOf(name, endMs), events: NO_EVENTS }]));
  }

  /** When its windows begin, epoch ms. */
  get begins(): readonly number[] {
    return [...this.#windows.values()].map(({ from }) => from);
  }

  /** Adds what was counted from an instant on, for no longer than to where the next window begins. */
  add(fromMs: number, data: SumData): void {
    if (fromMs >= this.#endMs) return;
    const events = eventsOf(data, this.objective, this.#whose);
    if (events.total === 0) return;
    for (const window of this.#windows.values()) {
      if (fromMs >= window.from) window.events = added(window.events, events);
    }
  }

  /** When those begin that tell how fast the budget goes. */
  get burnBegins(): readonly number[] {
    return BURN_WINDOWS.map((window) => this.#of(window).from);
  }

  /** How fast the budget goes: all that is told when no more than those windows was read. */
  burning() {
    return {
      name: this.objective.name,
      to: iso(this.#endMs),
      burnRates: Object.fromEntries(BURN_WINDOWS.map((one) => [one, this.#burnRate(one)])),
      alerts: alertsOf((one) => this.#of(one).events, this.objective.objective),
    };
  }

  shown() {
    const { name, objective, latencyMs, resources, window } = this.objective;
    const { from, events } = this.#of(window);
    const { total, bad, uncertain } = events;
    const attained = attainedOf(events);
    const { burnRates, alerts } = this.burning();
    return {
      name,
      kind: latencyMs === undefined ? ('availability' as const) : ('latency' as const),
      objective,
      ...(latencyMs === undefined ? {} : { latencyMs, countedUpToMs: digits(countedUpToMs(latencyMs), 5) }),
      ...(resources ? { resources } : {}),
      window,
      from: iso(from),
      to: iso(this.#endMs),
      total,
      good: total - bad,
      bad,
      ...(latencyMs === undefined ? {} : { uncertain }),
      attained: attained === null ? null : Number(attained.toFixed(7)),
      met: attained === null ? null : attained >= objective,
      budget: this.#budget(events),
      burnRates,
      alerts,
    };
  }

  #budget(events: Events) {
    const { objective, window } = this.objective;
    const { share, leftShare, requests, minutes } = budgetOf(events, objective, WINDOW_MS[window]);
    const shown = ({ allowed, left }: { allowed: number; left: number }) => ({
      allowed: digits(allowed, 6),
      left: digits(left, 6),
    });
    return { share, leftShare: digits(leftShare, 4), requests: shown(requests), minutes: shown(minutes) };
  }

  #burnRate(window: BurnWindow) {
    const { from, events } = this.#of(window);
    const rate = burnRateOf(events, this.objective.objective);
    return { from: iso(from), total: events.total, bad: events.bad, rate: rate === null ? null : digits(rate, 4) };
  }

  #of(window: BurnWindow | Window): Growing {
    const found = this.#windows.get(window);
    if (!found) throw new TypeError(`${this.objective.name} has no window of ${window}`);
    return found;
  }
}

const digits = (value: number, count: number) => Number(value.toPrecision(count));
const iso = (ms: number) => new Date(ms).toISOString();
