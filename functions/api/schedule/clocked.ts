// A schedule that names times of the clock, or of several: what is due earliest counts.
import type { ClockChange, Schedule, ScheduleKind } from './kinds.ts';
import { changesWithin, nextInstant, previousInstant, type Placed } from './placed.ts';

/** `words` are those of its times, without the zone. */
export function clocked(
  kind: ScheduleKind,
  timezone: string,
  parts: readonly { readonly placed: Placed; readonly words: string }[],
): Schedule {
  const found = (instants: readonly (number | undefined)[]) => instants.filter((instant) => instant !== undefined);
  // To see that nothing comes any more, centuries are searched: once.
  const over = parts.map(() => Infinity);
  const nextOf = (placed: Placed, i: number, afterMs: number) => {
    if (afterMs >= (over[i] ?? Infinity)) return undefined;
    const instant = nextInstant(placed, afterMs);
    if (instant === undefined) over[i] = afterMs;
    return instant;
  };
  return {
    kind,
    everyMs: undefined,
    timezone,
    next: (afterMs) => {
      const instants = found(parts.map(({ placed }, i) => nextOf(placed, i, afterMs)));
      return instants.length === 0 ? undefined : Math.min(...instants);
    },
    previous: (beforeMs) => {
      const instants = found(parts.map(({ placed }) => previousInstant(placed, beforeMs)));
      return instants.length === 0 ? undefined : Math.max(...instants);
    },
    changes: (fromMs, toMs) =>
      parts
        .flatMap(({ placed }) => changesWithin(placed, fromMs, toMs))
        .sort((a, b) => a.at - b.at)
        .filter((change, i, all) => !all.slice(0, i).some((other) => isSame(change, other))),
    describe: () => parts.map(({ placed, words }) => `${words}, ${placed.timezone}`).join('; '),
  };
}

const isSame = (a: ClockChange, b: ClockChange): boolean =>
  a.at === b.at && a.timezone === b.timezone && a.effect === b.effect;
