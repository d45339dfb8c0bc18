// Checks a chain of fallbacks: every step can be reached, every answer can be sent, everybody who is asked is there.
import type { DependencyRule, FallbackStep, ResourceRule } from '../../../middleware/kernel/rules/document.ts';
import { functionReference } from '../../../middleware/kernel/function-name.ts';
import { parseDuration } from '../../../middleware/kernel/units.ts';
import type { Place, Report } from './findings.ts';

const CAUSES = ['breaker', 'throttle', 'concurrency', 'shed', 'deadline', 'failure'] as const;
const BODILESS = new Set([204, 205, 304]);
const HEADER_NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}$/;
/** Gateways and connections set them: another length than the body's ends an answer early, or starts a second one. */
const OF_THE_CONNECTION =
  /^(?:transfer-encoding|content-length|connection|keep-alive|te|trailer|upgrade|proxy-(?:connection|authenticate|authorization))$/i;
/** All but a word to callers, which an answer may well have for them. */
const OWN = /^x-flyball-(?!retry$)/i;
/** Environments seldom live for as long. */
const OLDEST_MS = 86_400_000;

export function checkFallback(steps: readonly FallbackStep[], place: Place, report: Report): void {
  const caught = new Set<string>();
  steps.forEach((step, i) => {
    const at = [...place, i];
    const { when = CAUSES, respond, lastGood } = step;
    if (when.every((cause) => caught.has(cause))) {
      report(at, 'is never reached: the steps before it answer every case it names');
    }
    // Whoever is asked may fail as well, and there may be nothing to give: then the next step is.
    if (respond || step.skip) for (const cause of when) caught.add(cause);
    if (respond) checkAnswer(respond, [...at, 'respond'], report);
    if (lastGood) checkAge(lastGood.maxAge, [...at, 'lastGood', 'maxAge'], report);
    if (lastGood && steps.findIndex((one) => one.lastGood) < i) {
      report([...at, 'lastGood'], 'stands here twice; give the first one the longest maxAge');
    }
    if (step.function !== undefined && !/^[A-Za-z0-9:_-]+$/.test(step.function)) {
      report([...at, 'function'], 'is not the name of a Lambda function: letters, digits, - and _');
    }
  });
}

function checkAnswer(
  { status, body, headers }: NonNullable<FallbackStep['respond']>,
  place: Place,
  report: Report,
): void {
  if (body !== undefined && BODILESS.has(status)) report([...place, 'body'], `a ${status} has no body`);
  for (const [name, value] of Object.entries(headers ?? {})) {
    const at = [...place, 'headers', name];
    if (!HEADER_NAME.test(name)) report(at, 'is not the name of a header');
    if (OF_THE_CONNECTION.test(name))
      report(at, 'is of the connection, and set by whoever sends the answer; leave it out');
    if (OWN.test(name)) report(at, 'is what flyball itself says of an answer; name it otherwise');
    if (!/^[\t\x20-\x7e]*$/.test(value)) report(at, 'a header holds printable ASCII in one line');
  }
}

function checkAge(maxAge: string, place: Place, report: Report): void {
  if (parseDuration(maxAge) > OLDEST_MS) report(place, `${maxAge} is longer than 24h, the most`);
}

export interface Chains {
  readonly service: string;
  readonly resources: Readonly<Record<string, ResourceRule>>;
  readonly dependencies: Readonly<Record<string, DependencyRule>>;
  /** Names that the document has, sound or not. */
  readonly named: ReadonlySet<string>;
}

/** Checks who is asked in another's place: that they are there, are somebody else, and do not ask back. */
export function checkFallbackTargets(chains: Chains, report: Report): void {
  const { resources, dependencies } = chains;
  for (const [name, { match, fallback = [] }] of Object.entries(resources)) {
    fallback.forEach((step, i) => {
      const at = ['resources', name, 'fallback', i];
      checkFunction(step, chains, at, report);
      checkDependency(step, chains, at, report);
      if (step.lastGood && match.method !== undefined && match.method !== 'GET' && match.method !== 'HEAD') {
        report([...at, 'lastGood'], `answers to ${match.method} are not kept: it may have effects`);
      }
    });
  }
  for (const [name, { target, operations, fallback = [] }] of Object.entries(dependencies)) {
    const none = operations && Object.values(operations).every(({ idempotency }) => idempotency !== 'safe');
    fallback.forEach((step, i) => {
      const at = ['dependencies', name, 'fallback', i];
      checkFunction(step, chains, at, report);
      checkDependency(step, chains, at, report);
      // What the rule does not name is judged by its method; of a function nothing says that it may be asked again.
      if (step.lastGood && none && target && 'function' in target) {
        report([...at, 'lastGood'], 'no operation is idempotency: safe, and answers of others are not kept');
      }
      if (target && 'function' in target && target.alias === undefined && target.function === step.function) {
        report([...at, 'function'], `"${step.function}" is what has just failed; name another one`);
      }
      if (step.dependency !== undefined && reaches(step.dependency, name, dependencies)) {
        report(
          [...at, 'dependency'],
          `"${step.dependency}" falls back to "${name}" itself: it would go round in a circle`,
        );
      }
    });
  }
}

/** By the name that it has in rules: under which name it is deployed nobody knows here. */
function checkFunction({ function: name = '' }: FallbackStep, { service }: Chains, place: Place, report: Report): void {
  if (functionReference(name)?.name === service) {
    report([...place, 'function'], 'is this service itself, which has just failed; name another one');
  }
}

function checkDependency({ dependency }: FallbackStep, chains: Chains, place: Place, report: Report): void {
  if (dependency === undefined) return;
  const at = [...place, 'dependency'];
  if (!chains.named.has(dependency)) {
    const there = chains.named.size > 0 ? `; there are ${[...chains.named].slice(0, 20).join(', ')}` : '';
    report(at, `there is no dependency "${dependency}"${there}`);
  } else if (Object.hasOwn(chains.dependencies, dependency) && !chains.dependencies[dependency]?.target) {
    report(at, `"${dependency}" has no target that could be asked`);
  }
}

/** Whether a dependency's fallbacks lead to another, or to itself. */
function reaches(from: string, to: string, dependencies: Chains['dependencies']): boolean {
  const seen = new Set<string>();
  const waiting = [from];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (name === to) return true;
    if (seen.has(name) || !Object.hasOwn(dependencies, name)) continue;
    seen.add(name);
    for (const { dependency } of dependencies[name]?.fallback ?? [])
      if (dependency !== undefined) waiting.push(dependency);
  }
  return false;
}
