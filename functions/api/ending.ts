// When what is asked for a time is over: after so long (`for`), or at a moment. Pure.
import { parseDuration } from '../../middleware/kernel/units.ts';
import { readTime } from './moments.ts';
import { unprocessable, type Problem } from './problem.ts';

export interface Ending {
  /** As the body's `for` has it: `30m`. */
  readonly lasting: string | undefined;
  readonly moment: string | number | null | undefined;
  /** What the body calls the moment, and a duration to show. */
  readonly called: 'until' | 'expiresAt';
  readonly example: string;
}

/**
 * In ms since the epoch, with the place in the body that says so; undefined when neither is given.
 * @throws {Problem} 422 for both, and for what cannot be read or is not to come.
 */
export function endingOf(ending: Ending, nowMs: number): { readonly at: number; readonly place: string } | undefined {
  const { lasting, moment, called, example } = ending;
  const given = moment ?? undefined;
  if (given === undefined && lasting === undefined) return undefined;
  if (given !== undefined && lasting !== undefined) throw eitherOr(called, example);
  const place = lasting === undefined ? `/${called}` : '/for';
  const at = lasting === undefined ? readTime(given ?? '') : nowMs + durationOf(lasting);
  if (at === undefined || at <= nowMs) throw invalid(place, 'is not a time to come; write 2027-01-01T00:00:00Z');
  return { at, place };
}

export function eitherOr(called: Ending['called'], example: string): Problem {
  return invalid('/for', `give either for (${example}) or ${called}`);
}

/** 422 for a body that reads well and cannot be meant. */
export function invalid(path: string, reason: string): Problem {
  return unprocessable('The body is not what this route takes.', 'INVALID_BODY', [{ path, reason }]);
}

function durationOf(text: string): number {
  try {
    return Math.ceil(parseDuration(text));
  } catch (error) {
    throw invalid('/for', error instanceof Error ? error.message : String(error));
  }
}
