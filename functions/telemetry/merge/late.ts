// Minutes that instances put after they had been merged, as instances name them. What they name is not believed.
import type { TelemetryMinute } from '../../../store/items/telemetry.ts';

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

export const nameOf = (service: string, { at, instance, namedIn }: LateMinute): string =>
  `${service} ${at} ${instance} ${namedIn}`;
