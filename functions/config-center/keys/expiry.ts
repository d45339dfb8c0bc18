// When a key that is to be made expires. Pure.
import { parseDuration } from '../../../middleware/kernel/units.ts';
import { readTime, unprocessable } from '../../api/index.ts';

const LONGEST_MS = 3650 * 86_400_000;

/** In ms since the epoch; undefined for never. @throws {Problem} 422 for both, or for what is past or too far away. */
export function expiryOf(
  expiresAt: string | number | undefined,
  lasting: string | undefined,
  nowMs: number,
): number | undefined {
  if (expiresAt === undefined && lasting === undefined) return undefined;
  if (expiresAt !== undefined && lasting !== undefined) throw invalid('/for', 'give either for (90d) or expiresAt');
  const place = lasting === undefined ? '/expiresAt' : '/for';
  const end = lasting === undefined ? readTime(expiresAt ?? '') : nowMs + durationOf(lasting);
  if (end === undefined || end <= nowMs) throw invalid(place, 'is not a time to come; write 2027-01-01T00:00:00Z');
  if (end > nowMs + LONGEST_MS) throw invalid(place, 'is more than ten years from now; leave it out for never');
  return end;
}

function durationOf(text: string): number {
  try {
    return Math.ceil(parseDuration(text));
  } catch (error) {
    throw invalid('/for', error instanceof Error ? error.message : String(error));
  }
}

function invalid(path: string, reason: string) {
  return unprocessable('The body is not what this route takes.', 'INVALID_BODY', [{ path, reason }]);
}
