// Checks dependencies: targets that can be called, retries that can happen, breakers that can trip and recover.
import type { BreakerRule, DependencyRule, RuleDocument } from '../../../middleware/kernel/rules/document.ts';
import { parseDuration, parseShare } from '../../../middleware/kernel/units.ts';
import { checkBackoff } from './backoff.ts';
import { checkFallback } from './fallback.ts';
import type { Place, Report } from './findings.ts';
import { checkRamp } from './ramp.ts';

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
/** A breaker's window is cut into ten buckets: below this they are shorter than a call. */
const SHORTEST_WINDOW_MS = 1_000;
const LONGEST_WINDOW_MS = 3_600_000;

export function checkDependencies(dependencies: NonNullable<RuleDocument['dependencies']>, report: Report): void {
  for (const [name, rule] of Object.entries(dependencies)) {
    const place = ['dependencies', name];
    checkTarget(rule.target, [...place, 'target'], report);
    checkRetry(rule, place, report);
    checkHedge(rule, [...place, 'hedge'], report);
    if (rule.breaker) checkBreaker(rule.breaker, [...place, 'breaker'], report);
    if (rule.fallback) checkFallback(rule.fallback, [...place, 'fallback'], report);
    if (rule.operations) checkOperations(rule.operations, [...place, 'operations'], report);
  }
}

function checkTarget(target: DependencyRule['target'], place: Place, report: Report): void {
  if (target === undefined) return;
  if ('url' in target) {
    const { username, password, hash } = new URL(target.url);
    if (username !== '' || password !== '') report([...place, 'url'], 'holds credentials; rules are read by many');
    if (hash !== '') report([...place, 'url'], 'has a fragment, which is never sent');
    return;
  }
  if (!/^[A-Za-z0-9:_-]+$/.test(target.function)) {
    report([...place, 'function'], 'is not the name of a Lambda function: letters, digits, - and _');
  }
  if (target.alias !== undefined && !/^[A-Za-z0-9$_-]+$/.test(target.alias)) {
    report([...place, 'alias'], 'is not an alias or version of a Lambda function: letters, digits, - and _');
  }
}

function checkRetry({ retry }: DependencyRule, place: Place, report: Report): void {
  if (!retry) return;
  const at = [...place, 'retry'];
  if (retry.backoff) checkBackoff(retry.backoff, [...at, 'backoff'], report);
  checkOutcomes(retry.when, [...at, 'when'], 'is no reason to try again', report);
  if (retry.attempts > 1 && retry.budget !== undefined && parseShare(retry.budget) === 0) {
    report([...at, 'budget'], `0% never allows the other ${retry.attempts - 1} attempts; set attempts: 1 for no retry`);
  }
  if (retry.attempts === 1 && retry.deferOver !== undefined) {
    report([...at, 'deferOver'], 'nothing is waited for with attempts: 1');
  }
}

/** Far more than the slowest: a dependency that is slow for all would get that much more load. */
const MOST_HEDGED = 0.1;

function checkHedge({ hedge, operations, target, attemptTimeout }: DependencyRule, place: Place, report: Report): void {
  if (!hedge) return;
  const { after, most } = hedge;
  if (most !== undefined) {
    const share = parseShare(most);
    if (share === 0) report([...place, 'most'], '0% never sends a second attempt; leave hedge out');
    if (share > MOST_HEDGED)
      report([...place, 'most'], `${most} is more than 10%, and all of it comes when it is slow`);
  }
  if (after !== undefined && after !== 'p95') {
    if (parseDuration(after) === 0) report([...place, 'after'], '0s sends every request twice; at least 1ms');
    if (attemptTimeout !== undefined && parseDuration(after) >= parseDuration(attemptTimeout)) {
      report([...place, 'after'], `the first attempt has ended by then: attemptTimeout is ${attemptTimeout}`);
    }
  }
  if (!canBeHedged(operations, target)) {
    report(place, 'no operation may be sent twice; declare one of operations as idempotency: safe or key');
  }
}

/** Undeclared, what only reads may be: a GET of a URL, a command of the AWS SDK, a run that says so. */
function canBeHedged(operations: DependencyRule['operations'], target: DependencyRule['target']): boolean {
  if (!operations) return target === undefined || 'url' in target;
  return Object.values(operations).some(({ idempotency }) => idempotency !== 'none');
}

function checkBreaker(rule: BreakerRule, place: Place, report: Report): void {
  const { window, failureRate, slow, openFor, failures } = rule;
  if (window) {
    const ms = parseDuration(window.time);
    if (ms < SHORTEST_WINDOW_MS || ms > LONGEST_WINDOW_MS) {
      report([...place, 'window', 'time'], `${window.time} is not between 1s and 1h`);
    }
  }
  if (failureRate !== undefined && parseShare(failureRate) === 0) {
    report([...place, 'failureRate'], '0% would open it with every success too; the rate is reached, not exceeded');
  }
  if (slow && parseShare(slow.rate) === 0) {
    report([...place, 'slow', 'rate'], '0% would open it with every fast call too');
  }
  if (openFor?.max !== undefined && parseDuration(openFor.initial) > parseDuration(openFor.max)) {
    report([...place, 'openFor', 'initial'], `${openFor.initial} is more than max (${openFor.max})`);
  }
  checkRamp(rule, place, report);
  checkOutcomes(failures, [...place, 'failures'], 'is no failure', report);
}

function checkOutcomes(
  given: readonly (string | number)[] | undefined,
  place: Place,
  reason: string,
  report: Report,
): void {
  // A status may be written as a number.
  const names = given?.map(String);
  names?.forEach((name, i) => {
    if (name === 'ok') report([...place, i], `ok ${reason}`);
    if (names.indexOf(name) !== i) report([...place, i], `${name} stands here twice`);
  });
}

function checkOperations(operations: NonNullable<DependencyRule['operations']>, place: Place, report: Report): void {
  const seen = new Map<string, string>();
  for (const [name, { match }] of Object.entries(operations)) {
    if (!match) continue;
    const at = [...place, name, 'match'];
    if (match.method !== undefined && !METHODS.has(match.method)) {
      report([...at, 'method'], `no call has it; one of ${[...METHODS].join(', ')}`);
    }
    if (match.path !== undefined && !/^[/*]/.test(match.path)) {
      report([...at, 'path'], 'no call has it: a path begins with /');
    }
    const text = JSON.stringify([match.method, match.path]);
    const other = seen.get(text);
    if (other !== undefined) report(at, `is the same as that of operation "${other}"; which one is meant?`);
    else seen.set(text, name);
  }
}
