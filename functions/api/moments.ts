// Moments as callers write them.

const DATE_TIME = /^(\d{4}-\d\d-\d\dT\d\d:\d\d)(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$/;
/** What JavaScript can hold, and `toISOString` writes in four-digit years. */
const LAST_MS = Date.UTC(9999, 11, 31);

/** A moment in ms since the epoch from `2027-01-01T00:00Z` (with its offset) or from ms; undefined when it is neither. */
export function readTime(written: string | number): number | undefined {
  if (typeof written === 'number') return written >= 0 && written <= LAST_MS ? written : undefined;
  if (/^[0-9]{1,15}$/.test(written)) return readTime(Number(written));
  const [, minute] = DATE_TIME.exec(written) ?? [];
  if (minute === undefined || !exists(minute)) return undefined;
  const ms = Date.parse(written);
  return ms >= 0 && ms <= LAST_MS ? ms : undefined;
}

/** JavaScript takes 31 February for 3 March, and 24:00 for the next day. */
function exists(minute: string): boolean {
  const ms = Date.parse(`${minute}Z`);
  return Number.isFinite(ms) && new Date(ms).toISOString().startsWith(minute);
}
