// What a service used of what runs out, step by step: environments, memory, /tmp, time, and the age of its messages. Pure.
import { nameOf } from '../coverage/seen.ts';
import { isSettled, type Settled } from '../series/settled.ts';
import type { MachineSum, SumData } from '../sums/data.ts';
import { Sum } from '../sums/sum.ts';
import type { Measured } from './gauge.ts';

export interface Span {
  /** Epoch ms, on whole steps. */
  readonly from: number;
  readonly to: number;
  readonly stepMs: number;
  readonly settled: Settled;
}

/** One subject's sums, by step. */
export class Used {
  readonly #span: Span;
  readonly #sums = new Map<number, Sum>();

  constructor(span: Span) {
    this.#span = span;
  }

  /** Adds what was counted from an instant on, for no longer than a step. */
  add(fromMs: number, data: SumData): void {
    const { from, to, stepMs } = this.#span;
    if (fromMs < from || fromMs >= to) return;
    const at = from + Math.floor((fromMs - from) / stepMs) * stepMs;
    const sum = this.#sums.get(at) ?? new Sum();
    this.#sums.set(at, sum);
    const { instances, functions, machine, left, ages, maxAgeMs, internal } = data;
    // No more than is shown: histograms that are not cost most of all.
    sum.add(defined({ instances, functions, machine, left, ages, maxAgeMs, internal }));
  }

  /** By function, with how many of its environments were active in the busiest minute of each step. */
  environments(): ReadonlyMap<string, readonly Measured[]> {
    const steps = this.#steps();
    const names = new Set(steps.flatMap(([, sum]) => [...sum.countsOf('functions').keys()].map(nameOf)));
    const first = steps[0]?.[0] ?? this.#span.to;
    return new Map([...names].sort().map((name) => [name, this.#environmentsOf(name, first)]));
  }

  /** While nothing runs there are none: that, too, is measured, as soon as it is settled. */
  #environmentsOf(name: string, first: number): Measured[] {
    const { to, stepMs, settled } = this.#span;
    const steps = Array.from({ length: Math.max(0, Math.ceil((to - first) / stepMs)) }, (_, i) => first + i * stepMs);
    return steps.flatMap((atMs) => {
      const isDone = isSettled(settled, atMs, atMs + stepMs);
      const sum = this.#sums.get(atMs);
      return sum || isDone ? [{ atMs, value: sum ? shareOf(sum, name) : 0, settled: isDone }] : [];
    });
  }

  memory(): readonly Measured[] {
    return this.#measured((sum) => sum.machine?.memoryMb);
  }

  tmp(): readonly Measured[] {
    return this.#measured((sum) => sum.machine?.tmpMb);
  }

  /** Of its memory, the most that any environment used: 1 is all. */
  memoryShare(): readonly Measured[] {
    return this.#measured((sum) => sum.machine?.memoryShare);
  }

  tmpShare(): readonly Measured[] {
    return this.#measured((sum) => sum.machine?.tmpShare);
  }

  /** ms of their timeout that all but one of a hundred invocations were through with. */
  time(): readonly Measured[] {
    return this.#measured((sum) => timeOf(sum)?.usedMs);
  }

  /** Of their timeout; where functions have several, of the least: what is left of it is all that counts when it is full. */
  timeShare(): readonly Measured[] {
    return this.#measured((sum) => {
      const { usedMs, givenMs } = timeOf(sum) ?? {};
      return usedMs === undefined || givenMs === undefined ? undefined : usedMs / givenMs;
    });
  }

  /** ms: of each step the oldest. */
  ages(): readonly Measured[] {
    return this.#measured((sum) => (sum.histogramOf('ages')?.count ? sum.maxAgeMs : undefined));
  }

  /** ms that 95 of 100 were not older than, in the last step with any. */
  lastAgeP95(): number | undefined {
    return this.#steps()
      .map(([, sum]) => sum.histogramOf('ages')?.quantile(0.95))
      .findLast((ms) => ms !== undefined);
  }

  /** The limits as they were last told. */
  limit(name: 'memoryLimitMb' | 'tmpLimitMb' | 'timeoutMs'): number | undefined {
    return this.#steps()
      .map(([, { machine }]: readonly [number, { readonly machine: MachineSum | undefined }]) => machine?.[name])
      .findLast((value) => value !== undefined);
  }

  /** What happened inside flyball, of the whole range. */
  internal(): ReadonlyMap<string, number> {
    const total = new Sum();
    for (const [, sum] of this.#steps()) total.addCounts('internal', Object.fromEntries(sum.countsOf('internal')));
    return total.countsOf('internal');
  }

  #measured(read: (sum: Sum) => number | undefined): Measured[] {
    const { stepMs, settled } = this.#span;
    return this.#steps().flatMap(([atMs, sum]) => {
      const value = read(sum);
      return value === undefined ? [] : [{ atMs, value, settled: isSettled(settled, atMs, atMs + stepMs) }];
    });
  }

  /** In order of time. */
  #steps(): [number, Sum][] {
    return [...this.#sums].sort(([a], [b]) => a - b);
  }
}

function timeOf(sum: Sum) {
  const left = sum.histogramOf('left')?.quantile(0.01);
  const givenMs = sum.machine?.timeoutMs;
  return left === undefined || givenMs === undefined ? undefined : { usedMs: Math.max(0, givenMs - left), givenMs };
}

/** The busiest minute's environments, as those of all minutes of the step were divided among the service's functions. */
function shareOf(sum: Sum, name: string): number {
  let [own, all] = [0, 0];
  for (const [version, count] of sum.countsOf('functions')) {
    all += count;
    if (nameOf(version) === name) own += count;
  }
  return all === 0 ? 0 : Math.ceil((sum.instances * own) / all);
}

function defined<T extends object>(data: { readonly [name in keyof T]: T[name] | undefined }): Partial<T> {
  return Object.fromEntries(Object.entries(data).filter(([, value]) => value !== undefined)) as Partial<T>;
}
