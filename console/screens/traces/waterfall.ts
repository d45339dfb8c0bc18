// The waterfall: which lines are seen, and where on the axis of time each stands. Pure.
import type { Line } from './fold.ts';

export interface Seen {
  readonly line: Line;
  /** From 1. */
  readonly level: number;
}

/** The lines from top to bottom, without those beneath what is collapsed. */
export function seenOf(lines: readonly Line[], collapsed: ReadonlySet<string>): readonly Seen[] {
  const seen: Seen[] = [];
  const waiting = lines.map((line) => ({ line, level: 1 })).reverse();
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    seen.push(next);
    if (collapsed.has(next.line.id)) continue;
    const { level } = next;
    waiting.push(...next.line.children.map((line) => ({ line, level: level + 1 })).reverse());
  }
  return seen;
}

/** Those that have something beneath them. */
export const foldable = (lines: readonly Line[]): readonly string[] =>
  seenOf(lines, new Set()).flatMap(({ line }) => (line.children.length > 0 ? [line.id] : []));

export interface Axis {
  /** Epoch ms. */
  readonly from: number;
  readonly lengthMs: number;
}

/** From the first beginning to the last end; what is under way counts as long as it is known to last. */
export function axisOf(lines: readonly Line[]): Axis {
  let [from, to] = [Infinity, -Infinity];
  for (const { line } of seenOf(lines, new Set())) {
    from = Math.min(from, line.at);
    to = Math.max(to, line.at + (line.durationMs ?? 0));
  }
  return Number.isFinite(from) ? { from, lengthMs: Math.max(to - from, 1) } : { from: 0, lengthMs: 1 };
}

/** In percent of the axis; what is short is still to be seen, and what is under way goes on to its end. */
export function spanOf(
  { at, durationMs }: Line,
  { from, lengthMs }: Axis,
): { readonly left: number; readonly width: number } {
  const left = Math.min(((at - from) / lengthMs) * 100, 99.6);
  const width = durationMs === null ? 100 - left : (durationMs / lengthMs) * 100;
  return { left, width: Math.min(Math.max(width, 0.4), 100 - left) };
}

/** Round moments of the axis, ms from its beginning: no more than `most` beside 0. */
export function ticksOf(lengthMs: number, most: number): readonly number[] {
  const rough = lengthMs / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((times) => times * power >= rough) ?? 10) * power;
  const ticks: number[] = [];
  for (let tick = 0; tick <= lengthMs; tick += step) ticks.push(Number(tick.toPrecision(12)));
  return ticks;
}
