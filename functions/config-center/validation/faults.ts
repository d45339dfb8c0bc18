// Checks faults: somebody they can meet, something they do to them, bounds that keep a drill a drill, and an end.
import { isDeepStrictEqual } from 'node:util';
import type { FaultRule, ResourceRule, RuleDocument } from '../../../middleware/kernel/rules/document.ts';
import { parseDuration, parseShare } from '../../../middleware/kernel/units.ts';
import { isOwnService } from '../pausing.ts';
import type { Place, Report } from './findings.ts';
import { triggersOf } from './resources.ts';

/** Nobody remembers a drill that was published a month ago. */
const LONGEST_MS = 7 * 86_400_000;
/** Of everybody's requests; whom `match` names may all be met. */
const MOST_OF_EVERYBODY = 0.5;
/** A gateway gives up after 29 s. */
const LONGEST_DELAY_MS = 30_000;
/** Somebody waits for the answer, or the record comes again. */
const ABORTED = new Set(['http', 'direct', 'queue', 'schedule']);

export interface Known {
  /** Names that the document has, sound or not. */
  readonly resources: ReadonlySet<string>;
  readonly dependencies: ReadonlySet<string>;
  readonly sound: Readonly<Record<string, ResourceRule>>;
  /** The faults that are in force: what has ended of them may stay, unchanged. */
  readonly before: Readonly<Record<string, FaultRule>>;
}

/** `nowMs` is when the document is to come in force; -Infinity when nobody says. */
export function checkFaults(
  service: string,
  faults: NonNullable<RuleDocument['faults']>,
  known: Known,
  nowMs: number,
  report: Report,
): void {
  if (isOwnService(service))
    report(['faults'], `"${service}" is flyball's own: it takes no faults, since it ends them`);
  for (const [name, rule] of Object.entries(faults)) {
    const place = ['faults', name];
    checkTargets(rule, known, place, report);
    checkDeeds(rule, known, place, report);
    if (!isDeepStrictEqual(rule, Object.hasOwn(known.before, name) ? known.before[name] : undefined)) {
      checkEnd(rule.until, nowMs, [...place, 'until'], report);
    }
  }
  for (const [at, met] of placesOf(faults)) checkTogether(at, met, report);
}

/** Faults that may meet everybody, by the place where they do; in the order of the document. */
function placesOf(faults: NonNullable<RuleDocument['faults']>): Map<string, [name: string, rule: FaultRule][]> {
  const places = new Map<string, [string, FaultRule][]>();
  for (const [name, rule] of Object.entries(faults)) {
    if ((rule.mode ?? 'enforce') !== 'enforce' || namesSomebody(rule.match)) continue;
    const { resources = [], dependencies = [], store } = rule;
    const at = new Set([
      ...resources.map((one) => `the resource "${one}"`),
      ...dependencies.map((one) => `the dependency "${one}"`),
      ...(store ? ['the table'] : []),
    ]);
    for (const one of at) places.set(one, [...(places.get(one) ?? []), [name, rule]]);
  }
  return places;
}

/** Each is drawn apart: ten of 50 % leave one request in a thousand alone. */
function checkTogether(at: string, met: readonly (readonly [name: string, rule: FaultRule])[], report: Report): void {
  let spared = 1;
  for (const [i, [name, { delay, abort }]] of met.entries()) {
    const shares = [delay, abort].flatMap((deed) => (deed ? [parseShare(deed.share)] : []));
    // That is said of the share itself.
    if (shares.some((share) => share > MOST_OF_EVERYBODY)) return;
    spared = shares.reduce((left, share) => left * (1 - share), spared);
    if (1 - spared <= MOST_OF_EVERYBODY + 1e-9) continue;
    const others = met.slice(0, i).map(([other]) => `"${other}"`);
    const beside = others.length === 0 ? '' : `with ${others.slice(0, 5).join(', ')} `;
    const sum = `${Math.round((1 - spared) * 1_000) / 10}%`;
    report(['faults', name], `meets too many at ${at}; ${beside}it is ${sum} of everybody, and 50% are the most`);
    return;
  }
}

function checkTargets({ resources, dependencies, store }: FaultRule, known: Known, place: Place, report: Report): void {
  if (!resources && !dependencies && !store) {
    report(place, 'meets nobody; give resources, dependencies or store: true');
  }
  checkNames(resources, known.resources, 'resource', [...place, 'resources'], report);
  checkNames(dependencies, known.dependencies, 'dependency', [...place, 'dependencies'], report);
}

function checkNames(
  given: readonly string[] = [],
  known: ReadonlySet<string>,
  what: 'resource' | 'dependency',
  place: Place,
  report: Report,
): void {
  given.forEach((name, i) => {
    if (!known.has(name) && !(what === 'resource' && name === 'default')) {
      const there = known.size > 0 ? `; there are ${[...known].slice(0, 20).join(', ')}` : '';
      report([...place, i], `there is no ${what} "${name}"${there}`);
    } else if (given.indexOf(name) !== i) report([...place, i], `"${name}" stands here twice`);
  });
}

function checkDeeds(rule: FaultRule, known: Known, place: Place, report: Report): void {
  const { delay, abort, match } = rule;
  if (!delay && !abort) report(place, 'does nothing; give delay, abort or both');
  for (const [deed, given] of Object.entries({ delay, abort })) {
    if (given) checkShare(given.share, namesSomebody(match), [...place, deed, 'share'], report);
  }
  if (delay && parseDuration(delay.for) > LONGEST_DELAY_MS) {
    report([...place, 'delay', 'for'], `${delay.for} is longer than 30s, the most`);
  }
  if (abort) checkAbort(rule, abort, known, place, report);
}

/** They are the same of most requests, whoever sends them. */
const OF_EVERYBODY =
  /^(?:source|header:(?:host|connection|origin|via|te|forwarded|x-forwarded-.*|accept(?:-.*)?|content-.*|cache-control|sec-.*|upgrade.*|x-amzn?-.*|cloudfront-.*|x-flyball-.*)|claim:(?:iss|aud|token_use))$/i;

/** By a value that is whole: what a star stands for may be everybody. */
function namesSomebody(match: FaultRule['match']): boolean {
  return Object.entries(match ?? {}).some(([name, pattern]) => !pattern.includes('*') && !OF_EVERYBODY.test(name));
}

function checkShare(share: string, matched: boolean, place: Place, report: Report): void {
  const value = parseShare(share);
  if (value === 0) report(place, '0% meets nobody');
  if (value > MOST_OF_EVERYBODY && !matched) {
    report(
      place,
      `${share} of everybody is an outage; at most 50%, or name in match, by a value without a star, whose requests are meant`,
    );
  }
}

function checkAbort(
  { resources = [] }: FaultRule,
  { status, outcome }: NonNullable<FaultRule['abort']>,
  known: Known,
  place: Place,
  report: Report,
): void {
  if ((status === undefined) === (outcome === undefined)) {
    report([...place, 'abort'], 'ends in exactly one of status (503) and outcome (connect, timeout or error)');
  }
  if (resources.length > 0 && (outcome === 'connect' || outcome === 'timeout')) {
    report(
      [...place, 'abort', 'outcome'],
      `${outcome} is how a call ends; what a resource is asked for ends in a status, or in error`,
    );
  }
  resources.forEach((name, i) => {
    const match = Object.hasOwn(known.sound, name) ? known.sound[name]?.match : undefined;
    if (match && !triggersOf(match).some((trigger) => ABORTED.has(trigger))) {
      report(
        [...place, 'resources', i],
        `what "${name}" brings would be lost, or stop its stream, if it were aborted: delay it, or abort a dependency of it`,
      );
    }
  });
}

function checkEnd(until: string, nowMs: number, place: Place, report: Report): void {
  const end = Date.parse(until);
  if (end <= nowMs)
    report(place, `${until} is past: nothing would be injected; leave the fault out, or name a later time`);
  if (nowMs !== -Infinity && end > nowMs + LONGEST_MS) {
    const latest = new Date(nowMs + LONGEST_MS).toISOString();
    report(place, `${until} is more than 7 days from now; write ${latest} or earlier`);
  }
}
