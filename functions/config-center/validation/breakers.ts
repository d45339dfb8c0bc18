// Checks breakers: that they can trip and recover, and that their keys have values where they stand.
import type { BreakerRule } from '../../../middleware/kernel/rules/document.ts';
import { parseDuration, parseShare } from '../../../middleware/kernel/units.ts';
import type { Place, Report } from './findings.ts';
import { checkDetection } from './detection.ts';
import { checkOutcomes } from './outcomes.ts';
import { checkRamp } from './ramp.ts';

export function checkBreaker(rule: BreakerRule, place: Place, report: Report): void {
  const { key, failureRate, slow, openFor, failures } = rule;
  key?.forEach((part, i) => {
    if (key.indexOf(part) !== i) report([...place, 'key', i], `"${part}" stands here twice`);
  });
  checkDetection(rule, place, report);
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

/** What events of a resource have. */
export interface Given {
  readonly triggers: readonly string[];
  /** The names in braces of its path. */
  readonly pathParameters: ReadonlySet<string>;
}

/** The same of a resource, which is asked and does not call. */
export function checkResourceBreaker(rule: BreakerRule, given: Given, place: Place, report: Report): void {
  checkBreaker(rule, place, report);
  const { triggers, pathParameters } = given;
  if (triggers.every((trigger) => trigger === 'stream')) {
    report(place, 'a refusal stops a stream’s whole shard; resources of streams cannot have a breaker');
    return;
  }
  rule.key?.forEach((part, i) => {
    const reason = whyEmpty(part, triggers, pathParameters);
    if (reason !== undefined) report([...place, 'key', i], reason);
  });
}

function whyEmpty(part: string, triggers: Given['triggers'], pathParameters: Given['pathParameters']) {
  const [kind = '', parameter = ''] = part.split(':', 2);
  if (kind === 'operation' || kind === 'call') return `${part} is of what a service calls; resources have none`;
  if (kind === 'path') return pathParameters.has(parameter) ? undefined : `its path has no {${parameter}}`;
  return triggers.includes('http') ? undefined : `has no value here: ${triggers.join(', ')} events have none`;
}
