// Times of a clock on the wall: which come after and before a time, where every day has 24 hours. Pure.

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
export const FIRST_YEAR = 1970;
export const LAST_YEAR = 2199;

export interface CalendarDay {
  readonly day: number;
  /** 0 is Sunday. */
  readonly weekday: number;
  readonly daysInMonth: number;
}

/** A time is one of these when all of its parts are. Lists are ascending, and none is empty. */
export interface WallTimes {
  /** Undefined for all of them. */
  readonly years: readonly number[] | undefined;
  /** 1 to 12. */
  readonly months: readonly number[];
  readonly isDay: (day: CalendarDay) => boolean;
  readonly hours: readonly number[];
  readonly minutes: readonly number[];
  /** Within the minute, in ms. */
  readonly secondsMs: readonly number[];
}

/** The first of the times at or after `wallMs`: both are what the clock shows, as ms as if it were UTC. */
export function nextWall(times: WallTimes, wallMs: number): number | undefined {
  const from = Math.max(wallMs, 0);
  const midnight = Math.floor(from / DAY_MS) * DAY_MS;
  const { year, month, day } = dateOf(midnight);
  const isFirst = (at: number) => at === midnight;
  for (let y = year; y <= LAST_YEAR; y++) {
    if (times.years && !times.years.includes(y)) continue;
    for (const m of times.months) {
      if (y === year && m < month) continue;
      const start = Date.UTC(y, m - 1, 1);
      const daysInMonth = lengthOf(y, m);
      for (let d = y === year && m === month ? day : 1; d <= daysInMonth; d++) {
        const at = start + (d - 1) * DAY_MS;
        if (!times.isDay({ day: d, weekday: weekdayOf(at), daysInMonth })) continue;
        const time = firstTime(times, isFirst(at) ? from - midnight : 0);
        if (time !== undefined) return at + time;
      }
    }
  }
  return undefined;
}

/** The last of the times at or before `wallMs`. */
export function previousWall(times: WallTimes, wallMs: number): number | undefined {
  if (wallMs < 0) return undefined;
  const midnight = Math.floor(wallMs / DAY_MS) * DAY_MS;
  const { year, month, day } = dateOf(midnight);
  for (let y = Math.min(year, LAST_YEAR); y >= FIRST_YEAR; y--) {
    if (times.years && !times.years.includes(y)) continue;
    for (const m of times.months.toReversed()) {
      if (y === year && m > month) continue;
      const start = Date.UTC(y, m - 1, 1);
      const daysInMonth = lengthOf(y, m);
      for (let d = y === year && m === month ? day : daysInMonth; d >= 1; d--) {
        const at = start + (d - 1) * DAY_MS;
        if (!times.isDay({ day: d, weekday: weekdayOf(at), daysInMonth })) continue;
        const time = lastTime(times, at === midnight ? wallMs - midnight : DAY_MS - 1);
        if (time !== undefined) return at + time;
      }
    }
  }
  return undefined;
}

/** The first time of a day at or after `fromMs` into it. */
function firstTime({ hours, minutes, secondsMs }: WallTimes, fromMs: number): number | undefined {
  for (const hour of hours) {
    const afterHour = fromMs - hour * HOUR_MS;
    if (afterHour >= HOUR_MS) continue;
    for (const minute of minutes) {
      const afterMinute = afterHour - minute * MINUTE_MS;
      if (afterMinute >= MINUTE_MS) continue;
      const second = secondsMs.find((ms) => ms >= afterMinute);
      if (second !== undefined) return hour * HOUR_MS + minute * MINUTE_MS + second;
    }
  }
  return undefined;
}

/** The last time of a day at or before `untilMs` into it. */
function lastTime({ hours, minutes, secondsMs }: WallTimes, untilMs: number): number | undefined {
  for (const hour of hours.toReversed()) {
    const untilHour = untilMs - hour * HOUR_MS;
    if (untilHour < 0) continue;
    for (const minute of minutes.toReversed()) {
      const untilMinute = untilHour - minute * MINUTE_MS;
      if (untilMinute < 0) continue;
      const second = secondsMs.findLast((ms) => ms <= untilMinute);
      if (second !== undefined) return hour * HOUR_MS + minute * MINUTE_MS + second;
    }
  }
  return undefined;
}

function dateOf(midnight: number): { year: number; month: number; day: number } {
  const date = new Date(midnight);
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
}

export const lengthOf = (year: number, month: number): number =>
  Math.round((Date.UTC(year, month, 1) - Date.UTC(year, month - 1, 1)) / DAY_MS);

/** The first of January 1970 was a Thursday. */
export const weekdayOf = (wallMs: number): number => (((Math.floor(wallMs / DAY_MS) + 4) % 7) + 7) % 7;
