// The first lines of what went wrong, as somebody reads them on a phone: redacted, and short. Pure.
import { LEFT_OUT } from '../../batch-monitor/checks/posted.ts';
import { compileRedaction } from '../../../middleware/telemetry/redact.ts';
import type { RunError } from '../../../store/items/job-runs.ts';

const MOST_LINES = 8;
/** Of these so many are its last ones, where only the beginning and the end are known. */
const LAST_LINES = 4;
const LONGEST_LINE = 200;
const CAUSES_SHOWN = 2;
const FRAMES_SHOWN = 3;

/** What was kept of a run is for those who may read it; messages go further. */
const redact = compileRedaction();

/** Of Python's tracebacks. */
const FRAME = /^\s+File "/;

/** The name and message, then its causes, then where in the code. */
export function exceptionOf(error: RunError): string[] {
  const { businessCode, causes = [], frames = [] } = error;
  return firstLines(
    [
      `${whatOf(error)}${businessCode === undefined ? '' : ` (${businessCode})`}`,
      ...causes.slice(0, CAUSES_SHOWN).map((cause) => `caused by ${cause.name}: ${cause.message}`),
      ...frames.slice(0, FRAMES_SHOWN).map((frame) => `at ${frame}`),
    ].join('\n'),
  );
}

/** What it was: a ping that has failed may have no name, or no message. */
export const whatOf = ({ name, message }: Pick<RunError, 'name' | 'message'>): string =>
  [name, message].filter((part) => part !== '').join(': ');

/** The first lines of a text that somebody has sent, without the empty ones. */
export function firstLines(text: string): string[] {
  const lines = redact(text)
    .split(/\r\n|[\n\r\u2028\u2029]/)
    .map((line) => line.replaceAll(/\p{Cc}/gu, ' ').trimEnd())
    .filter((line) => line.trim() !== '');
  return fewOf(whatBefore(lines)).map(shortened);
}

function fewOf(lines: readonly string[]): readonly string[] {
  const left = lines.indexOf(LEFT_OUT);
  if (lines.length <= MOST_LINES || left < 0) return lines.slice(0, MOST_LINES);
  const last = lines.slice(left + 1).slice(-LAST_LINES);
  return [...lines.slice(0, Math.min(left, MOST_LINES - 1 - last.length)), LEFT_OUT, ...last];
}

/** Python says where before it says what: that is the first line after its last frame which is not indented. */
function whatBefore(lines: readonly string[]): readonly string[] {
  const begun = lines.findLastIndex((line) => line.endsWith('Traceback (most recent call last):'));
  // Where the middle is left out, so may be how the traceback begins.
  const left = lines.indexOf(LEFT_OUT);
  const frame = left < 0 ? -1 : lines.findLastIndex((line, i) => i > left && FRAME.test(line));
  const where = Math.max(begun, frame);
  const what = where < 0 ? -1 : lines.findIndex((line, i) => i > where && line !== LEFT_OUT && /^\S/.test(line));
  const said = lines[what];
  return said === undefined ? lines : [said, ...lines.slice(0, what), ...lines.slice(what + 1)];
}

/** One line, redacted: what a sentence can quote. */
export const oneLine = (text: string): string => firstLines(text)[0] ?? '';

function shortened(line: string): string {
  const characters = Array.from(line.slice(0, 2 * LONGEST_LINE));
  return characters.length <= LONGEST_LINE && line.length <= 2 * LONGEST_LINE
    ? line
    : `${characters.slice(0, LONGEST_LINE - 1).join('')}…`;
}
