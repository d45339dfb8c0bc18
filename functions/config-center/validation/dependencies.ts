// Checks dependencies: targets that can be called, retries that can happen, breakers that can trip and recover.
import type { DependencyRule, RuleDocument } from '../../../middleware/kernel/rules/document.ts';
import { parseDuration, parseShare } from '../../../middleware/kernel/units.ts';
import { checkBackoff } from './backoff.ts';
import { checkBreaker } from './breakers.ts';
import { checkFallback } from './fallback.ts';
import type { Place, Report } from './findings.ts';
import { checkOutcomes } from './outcomes.ts';
import { pathParameters } from './resources.ts';
import { checkOperations, checkTarget } from './targets.ts';
import type { KnownResources } from './throttles.ts';

export function checkDependencies(dependencies: NonNullable<RuleDocument['dependencies']>, report: Report): void {
  for (const [name, rule] of Object.entries(dependencies)) {
    const place = ['dependencies', name];
    checkTarget(rule, place, report);
    checkSigned(rule, [...place, 'sign'], report);
    checkRetry(rule, place, report);
    checkHedge(rule, [...place, 'hedge'], report);
    if (rule.breaker) checkBreaker(rule.breaker, [...place, 'breaker'], report);
    if (rule.fallback) checkFallback(rule.fallback, [...place, 'fallback'], report);
    if (rule.operations) checkOperations(rule.operations, rule.target, [...place, 'operations'], report);
  }
}

/** A breaker's key of a path parameter is that of the request which calls: a resource must have it. */
export function checkBreakerKeys(
  dependencies: NonNullable<RuleDocument['dependencies']>,
  { names, sound }: KnownResources,
  report: Report,
): void {
  // Of a faulty resource nobody knows what its path has.
  if ([...names].some((name) => !Object.hasOwn(sound, name))) return;
  const there = new Set(Object.values(sound).flatMap(({ match }) => [...pathParameters(match)]));
  for (const [name, { breaker }] of Object.entries(dependencies)) {
    breaker?.key?.forEach((part, i) => {
      const [kind = '', parameter = ''] = part.split(':', 2);
      if (kind !== 'path' || there.has(parameter)) return;
      report(['dependencies', name, 'breaker', 'key', i], `no resource has {${parameter}} in its path`);
    });
  }
}

/** What is invoked is let in by IAM, which knows who invokes. */
function checkSigned({ sign, target }: DependencyRule, place: Place, report: Report): void {
  if (sign && !(target && 'url' in target)) report(place, 'only calls to a target of { url } are signed');
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
