// Checks resources: matches that some event can reach, no ties, settings that do not contradict each other.
import { matchRank } from '../../../middleware/kernel/resources.ts';
import type { ResourceRule, RuleDocument } from '../../../middleware/kernel/rules/document.ts';
import { parseDuration } from '../../../middleware/kernel/units.ts';
import { checkResourceBreaker } from './breakers.ts';
import { checkFallback } from './fallback.ts';
import type { Place, Report } from './findings.ts';
import { checkRedelivery, isParkable } from './redelivery.ts';
import { BudgetSpent, globShape, isParameter, overlap, pathShape, type Budget, type Shape } from './overlap.ts';

type Match = ResourceRule['match'];
type Trigger = NonNullable<Match['trigger']>;

/** Every pair of resources is compared when a document is validated: a fraction of a second at most. */
const COMPARING_STEPS = 5_000_000;
/** No invocation lasts longer. */
const LAMBDA_MAX_MS = 900_000;

export function checkResources(resources: NonNullable<RuleDocument['resources']>, report: Report): void {
  const sound: [string, ResourceRule][] = [];
  for (const [name, rule] of Object.entries(resources)) {
    let flawed = false;
    const place = ['resources', name];
    checkMatch(rule.match, [...place, 'match'], (at, reason) => {
      flawed = true;
      report(at, reason);
    });
    if (name === 'default') report(place, 'the name default stands for whatever no resource matches');
    checkSettings(rule, place, report);
    if (!flawed) sound.push([name, rule]);
  }
  checkTies(sound, report);
}

/** The kinds of trigger that a match can mean. */
export function triggersOf(match: Match): readonly Trigger[] {
  if (match.trigger !== undefined) return [match.trigger];
  if (match.path !== undefined || match.method !== undefined) return ['http'];
  const withSource: readonly Trigger[] = ['queue', 'bucket', 'topic', 'event', 'schedule', 'stream'];
  return match.source === undefined ? ['http', 'direct', ...withSource] : withSource;
}

function checkMatch(match: Match, place: Place, report: Report): void {
  const { trigger, method, path, source } = match;
  if (Object.values(match).every((part) => part === undefined)) {
    report(place, 'matches everything; leave the resource out and use default');
  }
  const web = path !== undefined || method !== undefined;
  if (trigger !== undefined && trigger !== 'http') {
    if (method !== undefined) report([...place, 'method'], `no event reaches it: a ${trigger} event has no method`);
    if (path !== undefined) report([...place, 'path'], `no event reaches it: a ${trigger} event has no path`);
  }
  if (source !== undefined) {
    if (trigger === 'http' || trigger === 'direct') {
      report([...place, 'source'], `no event reaches it: ${trigger} events have no source`);
    } else if (trigger === undefined && web) {
      report([...place, 'source'], 'no event reaches it: what has a method or path has no source');
    }
  }
  if (path !== undefined) checkPath(path, [...place, 'path'], report);
}

function checkPath(path: string, place: Place, report: Report): void {
  if (!path.startsWith('/') && !path.startsWith('*')) report(place, 'no event reaches it: a path begins with /');
  if (/[?#\s]/.test(path)) report(place, 'no event reaches it: a path is matched without query, fragment and spaces');
  const names = new Set<string>();
  for (const segment of path.split('/')) {
    if (!/[{}]/.test(segment)) continue;
    const name = /^\{([A-Za-z0-9_-]{1,64})\}$/.exec(segment)?.[1];
    if (name === undefined) {
      report(place, `"${segment}": braces hold a name of letters, digits, _ and -, and make up a whole segment`);
    } else if (names.has(name)) {
      report(place, `has {${name}} twice`);
    } else {
      names.add(name);
    }
  }
}

/** The names in braces of a resource's path. */
export function pathParameters(match: Match): ReadonlySet<string> {
  const segments = match.path?.split('/') ?? [];
  return new Set(segments.filter(isParameter).map((segment) => segment.slice(1, -1)));
}

function checkSettings(rule: ResourceRule, place: Place, report: Report): void {
  const { match, deadline, redelivery, breaker, fallback, whenRefused } = rule;
  if (breaker) {
    const given = { triggers: triggersOf(match), pathParameters: pathParameters(match) };
    checkResourceBreaker(breaker, given, [...place, 'breaker'], report);
  }
  if (deadline) {
    const timeout = deadline.timeout === undefined ? undefined : parseDuration(deadline.timeout);
    const reserve = deadline.reserve === undefined ? undefined : parseDuration(deadline.reserve);
    if (timeout === undefined && reserve === undefined) {
      report([...place, 'deadline'], 'says nothing; give timeout, reserve or both');
    }
    if (timeout !== undefined && timeout > LAMBDA_MAX_MS) {
      report([...place, 'deadline', 'timeout'], `${deadline.timeout} is longer than any Lambda invocation lasts (15m)`);
    }
    if (reserve !== undefined && reserve >= (timeout ?? LAMBDA_MAX_MS)) {
      report(
        [...place, 'deadline', 'reserve'],
        `${deadline.reserve} leaves nothing of the timeout (${deadline.timeout ?? '15m'})`,
      );
    }
  }
  if (redelivery) checkRedelivery(redelivery, match, [...place, 'redelivery'], report);
  if (whenRefused !== undefined && !triggersOf(match).some(isParkable)) {
    report([...place, 'whenRefused'], 'only events of buckets, topics and buses can be parked; leave it out');
  }
  if (fallback) {
    if (!triggersOf(match).includes('http')) {
      report(
        [...place, 'fallback'],
        'is only ever the answer to an http request, which no event of this match is; leave it out',
      );
    }
    checkFallback(fallback, [...place, 'fallback'], report);
  }
}

/** Of two matches that fit one event, one must be more specific; which of two equals would win is nobody's decision. */
function checkTies(resources: readonly (readonly [string, ResourceRule])[], report: Report): void {
  const candidates = resources.map(candidateOf);
  const budget: Budget = { steps: COMPARING_STEPS };
  try {
    candidates.forEach((later, i) => {
      const tied = candidates
        .slice(0, i)
        .find((earlier) => earlier.rank === later.rank && meet(earlier, later, budget));
      if (tied) {
        report(
          ['resources', later.name, 'match'],
          `can match the same event as resource "${tied.name}", and neither is more specific; say more in one of them`,
        );
      }
    });
  } catch (error) {
    if (!(error instanceof BudgetSpent)) throw error;
    report(
      ['resources'],
      'its patterns are too intricate to tell whether two match the same event; use fewer * and {names}, and begin them differently',
    );
  }
}

/** What is compared of a resource, its patterns compiled once for all pairs. */
interface Candidate {
  readonly name: string;
  readonly rank: number;
  readonly triggers: readonly Trigger[];
  readonly method: Match['method'];
  readonly patterns: readonly (Shape | undefined)[];
}

function candidateOf([name, { match }]: readonly [string, ResourceRule]): Candidate {
  const { method, path, source, function: functionName } = match;
  return {
    name,
    rank: matchRank(match),
    triggers: triggersOf(match),
    method,
    patterns: [
      path === undefined ? undefined : pathShape(path),
      source === undefined ? undefined : globShape(source),
      functionName === undefined ? undefined : globShape(functionName),
    ],
  };
}

function meet(a: Candidate, b: Candidate, budget: Budget): boolean {
  if (!a.triggers.some((trigger) => b.triggers.includes(trigger))) return false;
  if (a.method !== undefined && b.method !== undefined && a.method !== b.method) return false;
  return a.patterns.every((left, i) => {
    const right = b.patterns[i];
    return left === undefined || right === undefined || overlap(left, right, budget);
  });
}
