// Reads the strings of a rule document: durations, rates and shares. Pure, small, used when rules are compiled.

const DURATION_MS: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, min: 60_000, h: 3_600_000, d: 86_400_000 };
const PER_MS: Record<string, number> = { s: 1_000, m: 60_000, min: 60_000, h: 3_600_000, d: 86_400_000 };
const MULTIPLIER: Record<string, number> = { '': 1, k: 1_000, M: 1_000_000 };

/** A duration such as `500ms`, `5s`, `10m`, `2h`, `1d`, in ms. @throws {RangeError} naming the offending text. */
export function parseDuration(text: string): number {
  const found = /^([0-9]+(?:\.[0-9]+)?)(ms|s|m|min|h|d)$/.exec(text);
  const ms = Number(found?.[1]) * (DURATION_MS[found?.[2] ?? ''] ?? NaN);
  if (!(ms > 0) || ms > 400 * 86_400_000) {
    throw new RangeError(`"${text}" is not a duration; write 500ms, 5s, 10m, 2h or 1d, more than zero`);
  }
  return ms;
}

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

const BYTES: Record<string, number> = { b: 1, kb: 1_024, mb: 1_024 * 1_024 };

/** A size such as `512kb` or `10mb`, in bytes; of 1,024 each, as Lambda counts. @throws {RangeError} naming the offending text. */
export function parseSize(text: string): number {
  const found = /^([0-9]+(?:\.[0-9]+)?)(b|kb|mb)$/.exec(text);
  const bytes = Number(found?.[1]) * (BYTES[found?.[2] ?? ''] ?? NaN);
  if (!(bytes >= 1)) throw new RangeError(`"${text}" is not a size; write 512kb or 10mb, more than zero`);
  return Math.floor(bytes);
}

/** A share such as `5%` or `0.5%`, as a number between 0 and 1. @throws {RangeError} naming the offending text. */
export function parseShare(text: string): number {
  const found = /^([0-9]+(?:\.[0-9]+)?)%$/.exec(text);
  const share = Number(found?.[1]) / 100;
  if (!(share >= 0 && share <= 1)) throw new RangeError(`"${text}" is not a share; write a percentage from 0% to 100%`);
  return share;
}
