// Until when something is to hold, as people choose it: for a time, or up to a moment. Pure.
export const TIMES = ['30m', '1h', '2h', '4h', '8h', '1d', '3d', '7d'] as const;
export type Lasting = (typeof TIMES)[number];

const UNITS = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

export function msOfLasting(lasting: Lasting): number {
  const unit = lasting.endsWith('m') ? UNITS.m : lasting.endsWith('h') ? UNITS.h : UNITS.d;
  return Number.parseInt(lasting, 10) * unit;
}

export type Choice = Lasting | 'moment' | 'over';

/** ms since the epoch; undefined of `over`, which has no end of its own, and NaN of a moment that is none or has passed. */
export function endOf(choice: Choice, moment: string, at: number): number | undefined {
  if (choice === 'over') return undefined;
  if (choice !== 'moment') return at + msOfLasting(choice);
  // A date and a time without a zone are the viewer's.
  const end = Date.parse(moment);
  return end > at ? end : Number.NaN;
}
