// A series: the minutes of a service's instances, added up step by step. Pure.
import type { TelemetryMinute } from '../../store/items/telemetry.ts';
import { Point, type ShownPoint } from './point.ts';
import type { SeriesQuery } from './query.ts';

const MINUTE_MS = 60_000;

/** One of the series' steps, by when it begins. */
export interface TimedPoint extends ShownPoint {
  readonly at: string;
  /** Part of it has yet to be put: it counts less than there was. */
  readonly partial?: true;
}

export class Series {
  readonly #query: SeriesQuery;
  readonly #points: readonly Point[];
  readonly #total: Point;
  readonly #resources = new Set<string>();
  readonly #dependencies = new Set<string>();

  constructor(query: SeriesQuery) {
    this.#query = query;
    this.#points = Array.from({ length: (query.to - query.from) / query.stepMs }, () => new Point(query.subject));
    this.#total = new Point(query.subject);
  }

  /** Starts of the minutes it is made of, in epoch ms. */
  minutes(): number[] {
    const { from, to } = this.#query;
    return Array.from({ length: (to - from) / MINUTE_MS }, (_, i) => from + i * MINUTE_MS);
  }

  /** Adds what an instance counted in a minute, to the step that minute begins in. */
  add(minute: TelemetryMinute): void {
    const { from, stepMs } = this.#query;
    const point = this.#points[Math.floor((minute.from - from) / stepMs)];
    if (!point) return;
    point.add(minute);
    this.#total.add(minute);
    for (const name of Object.keys(minute.resources)) this.#resources.add(name);
    for (const name of Object.keys(minute.calls)) this.#dependencies.add(name);
  }

  shown() {
    const { service, subject, metric, from, to, stepMs, completeUntil } = this.#query;
    const { kind } = subject;
    return {
      service,
      ...(kind === 'service' ? {} : { [kind]: subject.name }),
      from: iso(from),
      to: iso(to),
      stepMs,
      completeUntil: iso(completeUntil),
      total: this.#total.shown(metric),
      points: this.#points.map((point, i): TimedPoint => {
        const at = from + i * stepMs;
        return { at: iso(at), ...(at + stepMs > completeUntil ? { partial: true } : {}), ...point.shown(metric) };
      }),
      // What else could be asked for.
      resources: [...this.#resources].sort(),
      dependencies: [...this.#dependencies].sort(),
    };
  }
}

const iso = (ms: number) => new Date(ms).toISOString();
