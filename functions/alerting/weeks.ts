// Weeks as ISO 8601 counts them: Monday to Sunday, UTC, the first one being that with the year's first Thursday. Pure.

const DAY_MS = 86_400_000;
const WEEK_MS = 7 * DAY_MS;

/** Its Monday, and the next one's; undefined for what is not a week such as `2026-W47`. */
export function weekOf(text: string): { readonly from: number; readonly until: number } | undefined {
  const found = /^(\d{4})-W(0[1-9]|[1-4]\d|5[0-3])$/.exec(text);
  if (!found) return undefined;
  const [year, week] = [Number(found[1]), Number(found[2])];
  const from = mondayOf(Date.UTC(year, 0, 4)) + (week - 1) * WEEK_MS;
  // Not every year has a week 53.
  return weekWith(from) === text ? { from, until: from + WEEK_MS } : undefined;
}

/** The week that a moment is in. */
export function weekWith(atMs: number): string {
  const monday = mondayOf(atMs);
  const year = new Date(monday + 3 * DAY_MS).getUTCFullYear();
  const week = Math.round((monday - mondayOf(Date.UTC(year, 0, 4))) / WEEK_MS) + 1;
  return `${String(year).padStart(4, '0')}-W${String(week).padStart(2, '0')}`;
}

function mondayOf(atMs: number): number {
  const midnight = Math.floor(atMs / DAY_MS) * DAY_MS;
  const weekday = (new Date(midnight).getUTCDay() + 6) % 7;
  return midnight - weekday * DAY_MS;
}
