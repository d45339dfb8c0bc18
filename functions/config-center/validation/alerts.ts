// Checks when somebody is to be told: one thing a rule, windows that minutes can be counted in, terms that can come true.
import type { AlertRule, RuleDocument } from '../../../middleware/kernel/rules/document.ts';
import { parseDuration, parseShare } from '../../../middleware/kernel/units.ts';
import type { Place, Report } from './findings.ts';
import { checkPlanned } from './pauses.ts';
import { checkRunbook } from './runbooks.ts';
import { checkResourceNames } from './slos.ts';
import type { KnownResources } from './throttles.ts';

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
/** So many minutes are read of a service each minute. */
const LONGEST_MS = 60 * MINUTE_MS;
/** No invocation lasts longer. */
const LAMBDA_MAX_MS = 900_000;

export function checkAlerts(alerts: NonNullable<RuleDocument['alerts']>, known: KnownResources, report: Report): void {
  const seen = new Map<string, string>();
  for (const [name, rule] of Object.entries(alerts)) {
    const place = ['alerts', name];
    checkResourceNames(rule.resources ?? [], known, [...place, 'resources'], report);
    checkWhen(rule.when, [...place, 'when'], report);
    checkExceptions(rule, [...place, 'except'], report);
    checkRunbook(rule.runbook, [...place, 'runbook'], report);
    const same = JSON.stringify([rule.when, rule.resources?.toSorted() ?? null, rule.except ?? null]);
    const other = seen.get(same);
    if (other !== undefined) report(place, `tells of the same as "${other}"; leave one of them out`);
    else seen.set(same, name);
  }
}

/** A window that meets an exception says nothing: it has to fit between two of them. */
function checkExceptions({ when, except }: AlertRule, place: Place, report: Report): void {
  const { within } = when.requests ?? when.failures ?? when.business ?? when.latency ?? {};
  except?.forEach((exception, i) => {
    const apart = within === undefined ? {} : { apartMs: parseDuration(within), endless: neverTold(within) };
    checkPlanned(exception, { called: 'exception', ...apart }, [...place, i], report);
  });
}

const neverTold = (within: string): string => `no window of ${within} fits between, and nobody would ever be told`;

function checkWhen(when: AlertRule['when'], place: Place, report: Report): void {
  const { requests, failures, business, latency } = when;
  const given = Object.keys(when);
  if (given.length !== 1) {
    const found = given.length === 0 ? 'it has none' : `it has ${given.join(' and ')}`;
    report(place, `is one of requests, failures, business and latency; ${found}`);
  }
  for (const [what, terms] of Object.entries(when)) {
    if (terms)
      checkWindow(terms.within, what === 'requests' || what === 'failures', [...place, what, 'within'], report);
  }
  if (requests) checkRequests(requests, [...place, 'requests'], report);
  if (failures?.share !== undefined && parseDuration(failures.within) < MINUTE_MS) {
    report([...place, 'failures', 'share'], 'is counted by the minute; within seconds there is atLeast alone');
  }
  for (const [what, terms] of Object.entries({ failures, business })) {
    if (terms?.share === undefined || parseShare(terms.share) > 0) continue;
    report([...place, what, 'share'], 'is reached by no failure at all; count them with atLeast');
  }
  if (latency) checkReachable(latency.above, [...place, 'latency', 'above'], report);
}

function checkRequests(
  { atLeast, below, slowerThan, within }: NonNullable<AlertRule['when']['requests']>,
  place: Place,
  report: Report,
): void {
  if ((atLeast === undefined) === (below === undefined)) {
    report(place, 'has either atLeast, which are too many, or below, which are too few');
  }
  if (below !== undefined && parseDuration(within) < MINUTE_MS) {
    report([...place, 'within'], `${within} is less than a minute: what is too few is counted by the minute`);
  }
  if (slowerThan === undefined) return;
  checkReachable(slowerThan, [...place, 'slowerThan'], report);
  if (below !== undefined) report([...place, 'slowerThan'], 'that few are slow is no trouble; leave it or below out');
}

function checkReachable(latency: string, place: Place, report: Report): void {
  if (parseDuration(latency) >= LAMBDA_MAX_MS) {
    report(place, `${latency} is as long as an invocation can last (15m): it would never be told of`);
  }
}

function checkWindow(within: string, bySeconds: boolean, place: Place, report: Report): void {
  const ms = parseDuration(within);
  if (bySeconds && ms < MINUTE_MS && ms % SECOND_MS === 0) return;
  if (ms % MINUTE_MS === 0 && ms >= MINUTE_MS && ms <= LONGEST_MS) return;
  const minutes = 'whole minutes from 1m to 1h';
  const counted = bySeconds
    ? `whole seconds from 1s to 59s, nor of ${minutes}`
    : `${minutes}: what is counted is counted by the minute`;
  report(place, `${within} is no window of ${counted}`);
}
