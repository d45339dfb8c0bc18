// A series: sums of one subject, added up step by step. Pure.
import type { Histogram } from '../../../middleware/telemetry/histogram.ts';
import type { ErrorSignature } from '../../../store/items/telemetry-detail.ts';
import type { SumData } from '../sums/data.ts';
import { Sum } from '../sums/sum.ts';
import { heatmapOf } from './heatmap.ts';
import { isShown, onlyWhatIsShown } from './metric.ts';
import { Names } from './names.ts';
import { shownPoint, type ShownPoint } from './point.ts';
import type { SeriesQuery } from './query.ts';
import { isSettled, shownSettled } from './settled.ts';

/** One of the series' steps, by when it begins. */
export interface TimedPoint extends ShownPoint {
  readonly at: string;
  /** Part of it has yet to be put: it counts less than there was. */
  readonly partial?: true;
}

export class Series {
  readonly #query: SeriesQuery;
  readonly #sums: readonly Sum[];
  readonly #total = new Sum();
  /** What else could be asked for. */
  readonly names = new Names();

  constructor(query: SeriesQuery) {
    this.#query = query;
    this.#sums = Array.from({ length: (query.to - query.from) / query.stepMs }, () => new Sum());
  }

  /** Adds what was counted from an instant on, for no longer than a step, to the step it lies in. */
  add(fromMs: number, data: SumData): void {
    const { from, stepMs, metric, subject } = this.#query;
    const sum = this.#sums[Math.floor((fromMs - from) / stepMs)];
    if (!sum) return;
    const shown = onlyWhatIsShown(data, metric, subject.kind);
    sum.add(shown);
    this.#total.add(shown);
  }

  shown() {
    const { service, subject, metric, from, to, stepMs, settled, nowMs } = this.#query;
    const { kind } = subject;
    const shown = (sum: Sum) => shownPoint(sum, this.#query, kind);
    const { resources, dependencies, sources } = this.names.shown();
    return {
      service,
      ...(kind === 'service' ? {} : { [kind]: subject.name }),
      from: iso(from),
      to: iso(to),
      stepMs,
      ...shownSettled(settled, to, nowMs),
      total: {
        ...shown(this.#total),
        // In full once: hundreds of steps with twenty keys a rule, or thirty errors, would be too much for one answer.
        ...(isShown('errors', metric, kind) ? { errors: this.#errors() } : {}),
        ...(isShown('keys', metric, kind) ? { keys: this.#total.busiestKeys() } : {}),
      },
      points: this.#sums.map((sum, i): TimedPoint => {
        const at = from + i * stepMs;
        return { at: iso(at), ...(isSettled(settled, at, at + stepMs) ? {} : { partial: true }), ...shown(sum) };
      }),
      ...(isShown('heatmap', metric, kind) ? { heatmap: heatmapOf(this.#durations()) } : {}),
      resources,
      dependencies,
      sources,
    };
  }

  #durations(): (Histogram | undefined)[] {
    return this.#sums.map((sum) => sum.histogramOf('durations'));
  }

  /** With the first and the last step each was met in. */
  #errors(): (ErrorSignature & { readonly firstAt: string; readonly lastAt: string })[] {
    const { from, stepMs } = this.#query;
    const steps = this.#sums.map((sum) => new Set(sum.errorSignatures().map(({ id }) => id)));
    return this.#total.errorSignatures().map((signature) => ({
      ...signature,
      firstAt: iso(from + steps.findIndex((ids) => ids.has(signature.id)) * stepMs),
      lastAt: iso(from + steps.findLastIndex((ids) => ids.has(signature.id)) * stepMs),
    }));
  }
}

const iso = (ms: number) => new Date(ms).toISOString();
