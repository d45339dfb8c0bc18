// Wall clocks of timezones: what they show at an instant, and at which instant they show something.

const DAY_MS = 86_400_000;
/** Each holds tens of KB; a service's jobs are in a few zones. */
const MOST_FORMATS = 64;
/** By the zone's name in lower case, since the case of its letters means nothing; the oldest leaves first. */
const formats = new Map<string, Intl.DateTimeFormat>();

/** @throws {RangeError} unless `timezone` is a name such as `Europe/Berlin`. */
export function checkTimezone(timezone: string): void {
  formatOf(timezone);
}

/** What the clock of the zone shows at an instant, as ms as if it were UTC. */
export function toWallClock(instantMs: number, timezone: string): number {
  const shown: Record<string, number> = {};
  for (const { type, value } of formatOf(timezone).formatToParts(instantMs)) shown[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = shown;
  const withinSecond = ((instantMs % 1000) + 1000) % 1000;
  return Date.UTC(year, month - 1, day, hour, minute, second) + withinSecond;
}

/** The first instant at which the clock shows this; undefined when it is skipped over. */
export function toInstant(wallMs: number, timezone: string): number | undefined {
  // A zone changes its offset at most once within two days, so one of these two offsets is in force then.
  const before = wallMs - (toWallClock(wallMs - DAY_MS, timezone) - (wallMs - DAY_MS));
  const after = wallMs - (toWallClock(wallMs + DAY_MS, timezone) - (wallMs + DAY_MS));
  const [first, second] = before <= after ? [before, after] : [after, before];
  if (toWallClock(first, timezone) === wallMs) return first;
  return toWallClock(second, timezone) === wallMs ? second : undefined;
}

function formatOf(timezone: string): Intl.DateTimeFormat {
  if (!/^[A-Za-z][\x21-\x7e]*$/.test(timezone)) throw unknown(timezone);
  const zone = timezone.toLowerCase();
  let format = formats.get(zone);
  if (!format) {
    try {
      format = new Intl.DateTimeFormat('en-US', {
        timeZone: timezone,
        calendar: 'gregory',
        numberingSystem: 'latn',
        hourCycle: 'h23',
        year: 'numeric',
        month: 'numeric',
        day: 'numeric',
        hour: 'numeric',
        minute: 'numeric',
        second: 'numeric',
      });
    } catch {
      throw unknown(timezone);
    }
    const [oldest] = formats.keys();
    if (formats.size >= MOST_FORMATS && oldest !== undefined) formats.delete(oldest);
    formats.set(zone, format);
  }
  return format;
}

function unknown(timezone: string): RangeError {
  return new RangeError(`"${timezone}" is not a timezone; write a name such as UTC or Europe/Berlin`);
}
