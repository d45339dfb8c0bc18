// Reads the rates of a rule document, and the windows of quotas. Pure, small, used when rules are compiled.

const PER_MS: Record<string, number> = { s: 1_000, m: 60_000, min: 60_000, h: 3_600_000, d: 86_400_000 };
const MULTIPLIER: Record<string, number> = { '': 1, k: 1_000, M: 1_000_000 };

/** A rate: so many tokens in so many ms. */
export interface Rate {
  readonly tokens: number;
  readonly perMs: number;
}

/** A rate such as `100/s`, `5/10s`, `1k/min`. @throws {RangeError} naming the offending text. */
export function parseRate(text: string): Rate {
  const found = /^([0-9]+(?:\.[0-9]+)?)(k|M)?\/([0-9]+)?(s|m|min|h|d)$/.exec(text);
  const tokens = Number(found?.[1]) * (MULTIPLIER[found?.[2] ?? ''] ?? NaN);
  const perMs = Number(found?.[3] ?? 1) * (PER_MS[found?.[4] ?? ''] ?? NaN);
  if (!(tokens > 0) || !(perMs > 0)) {
    throw new RangeError(`"${text}" is not a rate; write 100/s, 5/10s, 1k/min or 1M/d, more than zero`);
  }
  return { tokens, perMs };
}

/** So many tokens in each window of the clock (`time`) or of the calendar. */
export interface WindowRate extends Rate {
  /** `perMs` of a month is 30 days: its length in headers and estimates. */
  readonly unit: 'time' | 'day' | 'week' | 'month';
}

const CALENDAR_MS = { d: 86_400_000, day: 86_400_000, week: 7 * 86_400_000, month: 30 * 86_400_000 } as const;
const CALENDAR_UNIT = { d: 'day', day: 'day', week: 'week', month: 'month' } as const;

/**
 * A rate whose windows are fixed, such as `100/s`, `5k/10min`, `1k/day`, `1M/month`; whole tokens, since a window has no
 * burst to save fractions in. @throws {RangeError} naming the offending text.
 */
export function parseWindowRate(text: string): WindowRate {
  const [, count, multiplier = '', unit] = /^([0-9]+(?:\.[0-9]+)?)(k|M)?\/(d|day|week|month)$/.exec(text) ?? [];
  const calendar = unit as keyof typeof CALENDAR_MS | undefined;
  const rate: WindowRate = calendar
    ? {
        tokens: Number(count) * (MULTIPLIER[multiplier] ?? NaN),
        perMs: CALENDAR_MS[calendar],
        unit: CALENDAR_UNIT[calendar],
      }
    : { ...parseRate(text), unit: 'time' };
  if (!Number.isInteger(rate.tokens) || rate.tokens < 1) {
    throw new RangeError(
      `"${text}" is not a number of requests in a window; write 100/s, 5k/10min, 1k/day or 1M/month`,
    );
  }
  if (!calendar && rate.perMs > CALENDAR_MS.d) {
    throw new RangeError(`"${text}" is no window of the calendar; write /day, /week or /month`);
  }
  return rate;
}
