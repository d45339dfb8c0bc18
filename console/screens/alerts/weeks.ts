// Weeks as ISO 8601 counts them, UTC: `2026-W47`. Pure.
const DAY_MS = 86_400_000;

/** The week of a moment. */
export function weekAt(at: number): string {
  const midnight = Math.floor(at / DAY_MS) * DAY_MS;
  // A week is of the year that its Thursday is in.
  const weekday = (new Date(midnight).getUTCDay() + 6) % 7;
  const thursday = midnight + (3 - weekday) * DAY_MS;
  const year = new Date(thursday).getUTCFullYear();
  const week = Math.floor((thursday - Date.UTC(year, 0, 1)) / (7 * DAY_MS)) + 1;
  return `${String(year)}-W${String(week).padStart(2, '0')}`;
}

/** The weeks beside one that is from here to there, ms since the epoch. */
export const besides = (from: number, until: number): readonly [before: string, after: string] => [
  weekAt(from - 1),
  weekAt(until),
];
