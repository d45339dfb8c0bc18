// Minutes that instances put after they had been merged, as instances name them. What they name is not believed.
import type { OpenRange } from '../../../store/items/merge-progress.ts';
import type { TelemetryMinute } from '../../../store/items/telemetry.ts';
import { MINUTE_MS } from './turn.ts';

const MINUTE = /^\d{4}-\d\d-\d\dT\d\d:\d\d$/;
/** An instance waits with a few at most. */
const MOST_NAMED = 60;

export interface LateMinute {
  /** Epoch ms. */
  readonly at: number;
  /** Who put it late. */
  readonly instance: string;
  /** The minute of the item that says so, epoch ms. */
  readonly namedIn: number;
}

/** What an instance names late of [from, to): before, nothing can be merged any more; after, all is to be merged yet. */
export function lateMinutesOf(
  { instance, late }: TelemetryMinute,
  namedIn: number,
  [from, to]: readonly [number, number],
): LateMinute[] {
  const minutes = new Set(late?.slice(0, MOST_NAMED).filter((minute) => MINUTE.test(minute)));
  return [...minutes].flatMap((minute) => {
    const at = Date.parse(`${minute}:00Z`);
    return at >= from && at < to ? [{ at, instance, namedIn }] : [];
  });
}

/** Minutes to merge once more, newest first; by whom each was named, undefined when that is not known any more. */
export function latecomersOf(
  named: readonly LateMinute[],
  [from, to]: OpenRange = [0, 0],
): [at: number, by: ReadonlySet<string> | undefined][] {
  const minutes = new Map<number, Set<string> | undefined>();
  for (const { at, instance } of named) minutes.set(at, (minutes.get(at) ?? new Set<string>()).add(instance));
  for (let at = from; at < to; at += MINUTE_MS) minutes.set(at, undefined);
  return [...minutes].sort(([a], [b]) => b - a);
}

/** From the first to the last of them: one range, however many there are. */
export function rangeOf(minutes: readonly number[]): OpenRange | undefined {
  return minutes.length === 0 ? undefined : [Math.min(...minutes), Math.max(...minutes) + MINUTE_MS];
}

export const nameOf = (service: string, { at, instance, namedIn }: LateMinute): string =>
  `${service} ${at} ${instance} ${namedIn}`;
