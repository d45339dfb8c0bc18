// When a key that is to be made expires. Pure.
import { endingOf, invalid } from '../../api/ending.ts';

const LONGEST_MS = 3650 * 86_400_000;

const LONGEST = /^([1-9]\d{0,4})([hd])$/;
const UNIT_MS: Readonly<Record<string, number>> = { h: 3_600_000, d: 86_400_000 };

/** How long keys may be good for at most, ms: the text of FLYBALL_LONGEST_KEY. @throws {Error} unless it says so. */
export function longestKeyOf(text: string): number | undefined {
  if (text === '') return undefined;
  const [, count, unit = ''] = LONGEST.exec(text) ?? [];
  const unitMs = UNIT_MS[unit];
  if (count === undefined || unitMs === undefined) {
    throw new Error(`FLYBALL_LONGEST_KEY: "${text}" means nothing; write 90d or 12h, or leave it out`);
  }
  return Number(count) * unitMs;
}

/** In ms since the epoch; undefined for never. @throws {Problem} 422 for both, or for what is past or too far away. */
export function expiryOf(
  expiresAt: string | number | undefined,
  lasting: string | undefined,
  nowMs: number,
): number | undefined {
  const end = endingOf({ lasting, moment: expiresAt, called: 'expiresAt', example: '90d' }, nowMs);
  if (end !== undefined && end.at > nowMs + LONGEST_MS) {
    throw invalid(end.place, 'is more than ten years from now; leave it out for never');
  }
  return end?.at;
}
