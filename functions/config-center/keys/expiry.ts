// When a key that is to be made expires. Pure.
import { endingOf, invalid } from '../ending.ts';

const LONGEST_MS = 3650 * 86_400_000;

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
