// Checks when a breaker opens: windows that can fill, a surge that is one, outcomes that are not both failure and ignored.
import type { BreakerRule } from '../../../middleware/kernel/rules/document.ts';
import { parseDuration, parseShare } from '../../../middleware/kernel/units.ts';
import type { Place, Report } from './findings.ts';
import { checkOutcomes } from './outcomes.ts';

/** A breaker's window is cut into ten buckets: below this they are shorter than a call. */
const SHORTEST_WINDOW_MS = 1_000;
const LONGEST_WINDOW_MS = 3_600_000;
/** And into ten segments, of a call each at least. */
const SMALLEST_WINDOW_CALLS = 10;
/** What is shorter ends before an instance has told of it. */
const SHORTEST_SURGE_MS = 300;
const LONGEST_SURGE_MS = 10_000;

export function checkDetection(rule: BreakerRule, place: Place, report: Report): void {
  checkWindow(rule.window, [...place, 'window'], report);
  if (rule.surge !== undefined && rule.surge !== 'off') checkSurge(rule.surge, rule, [...place, 'surge'], report);
  checkIgnored(rule, [...place, 'ignored'], report);
}

function checkWindow(window: BreakerRule['window'], place: Place, report: Report): void {
  if (!window) return;
  if ('calls' in window) {
    const { calls, minimumCalls } = window;
    if (calls < SMALLEST_WINDOW_CALLS)
      report([...place, 'calls'], `${calls} is less than ${SMALLEST_WINDOW_CALLS}, the smallest window of calls`);
    if (minimumCalls !== undefined && minimumCalls > calls) {
      report([...place, 'minimumCalls'], `${minimumCalls} are never reached: the window holds ${calls} calls`);
    }
    return;
  }
  if (!('time' in window)) return;
  const ms = parseDuration(window.time);
  if (ms < SHORTEST_WINDOW_MS || ms > LONGEST_WINDOW_MS) {
    report([...place, 'time'], `${window.time} is not between 1s and 1h`);
  }
}

function checkSurge(
  { time, failureRate }: Exclude<NonNullable<BreakerRule['surge']>, 'off'>,
  { window }: BreakerRule,
  place: Place,
  report: Report,
): void {
  if (failureRate !== undefined && parseShare(failureRate) === 0) {
    report([...place, 'failureRate'], '0% would open it with every success too; surge: off has none');
  }
  if (time === undefined) return;
  const ms = parseDuration(time);
  if (ms < SHORTEST_SURGE_MS || ms > LONGEST_SURGE_MS)
    report([...place, 'time'], `${time} is not between 300ms and 10s`);
  else if (window && 'time' in window && ms > parseDuration(window.time)) {
    report([...place, 'time'], `${time} is more than the window (${window.time}), which would always be faster`);
  }
}

/** What is ignored is no failure, whatever `failures` says: what stands in both cannot be meant. */
function checkIgnored({ ignored, failures }: BreakerRule, place: Place, report: Report): void {
  checkOutcomes(ignored, place, 'is a success; without successes every failure would be one in one', report);
  const names = new Set(ignored?.map(String));
  failures?.map(String).forEach((failure) => {
    const by = names.has(failure) ? failure : /^[45]\d\d$/.test(failure) ? `${failure[0]}xx` : undefined;
    if (by === undefined || !names.has(by)) return;
    const i = ignored?.findIndex((name) => String(name) === by) ?? 0;
    report([...place, i], `${by} is ignored, so that ${failure} in failures has no effect`);
  });
}
