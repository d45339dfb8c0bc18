// Checks throttles: resources that exist, keys that have a value there, limits that admit something.
import type { ResourceRule, RuleDocument, ThrottleRule } from '../../../middleware/kernel/rules/document.ts';
import type { Place, Report } from './findings.ts';
import { checkLimits } from './limits.ts';
import { checkRequests } from './requests.ts';
import { pathParameters, triggersOf } from './resources.ts';

/** Each costs a request to the resource a write to the table, or a share in one. */
const MOST_FLEET_THROTTLES = 16;

/** The resources a throttle may name: all that the document has, and those of them that are sound. */
export interface KnownResources {
  readonly names: ReadonlySet<string>;
  readonly sound: Readonly<Record<string, ResourceRule>>;
}

export function checkThrottles(
  throttles: NonNullable<RuleDocument['throttles']>,
  known: KnownResources,
  report: Report,
): void {
  for (const [name, rule] of Object.entries(throttles)) {
    const place = ['throttles', name];
    checkResourceNames(rule, known, place, report);
    checkKeys(rule, known, place, report);
    checkLimits(rule, place, report);
    checkRequests(rule, (resource) => soundRule(known, resource), place, report);
    checkScope(rule, place, report);
  }
  checkNumber(Object.values(throttles), report);
}

/** Shadows count like the rest: they ask the table all the same. */
function checkNumber(throttles: readonly ThrottleRule[], report: Report): void {
  const ofFleet = throttles.filter(({ scope, mode }) => scope !== 'instance' && mode !== 'disabled');
  const everywhere = ofFleet.filter(({ resources }) => resources === undefined).length;
  const advice = 'each costs its requests writes to the table; make some scope: instance';
  if (everywhere > MOST_FLEET_THROTTLES) {
    report(
      ['throttles'],
      `${everywhere} fleet throttles apply to every resource, at most ${MOST_FLEET_THROTTLES} may; ${advice}`,
    );
    return;
  }
  const counts = new Map<string, number>();
  for (const { resources = [] } of ofFleet) {
    for (const resource of new Set(resources)) counts.set(resource, (counts.get(resource) ?? everywhere) + 1);
  }
  for (const [resource, count] of counts) {
    if (count > MOST_FLEET_THROTTLES) {
      report(
        ['throttles'],
        `${count} fleet throttles apply to resource "${resource}", at most ${MOST_FLEET_THROTTLES} may; ${advice}`,
      );
    }
  }
}

function checkResourceNames(rule: ThrottleRule, known: KnownResources, place: Place, report: Report): void {
  rule.resources?.forEach((resource, i) => {
    const at = [...place, 'resources', i];
    if (resource !== 'default' && !known.names.has(resource)) {
      report(
        at,
        `there is no resource "${resource}"${known.names.size > 0 ? `; there are ${listed(known.names)}` : ''}`,
      );
    } else if (rule.resources?.indexOf(resource) !== i) {
      report(at, `"${resource}" stands here twice`);
    }
    const sound = soundRule(known, resource);
    if (sound?.match.trigger === 'stream') {
      report(at, 'a refusal stops a stream’s whole shard; streams cannot be throttled');
    }
  });
}

function checkKeys(rule: ThrottleRule, known: KnownResources, place: Place, report: Report): void {
  rule.key?.forEach((key, i) => {
    const at = [...place, 'key', i];
    if (rule.key?.indexOf(key) !== i) report(at, `"${key}" stands here twice`);
    const [kind = '', parameter = ''] = key.split(':', 2);
    if (kind === 'path') checkPathKey(rule, parameter, known, at, report);
    if (kind === 'query' || kind === 'ip') {
      for (const resource of rule.resources ?? []) {
        const sound = soundRule(known, resource);
        if (sound && !triggersOf(sound.match).includes('http')) {
          report(at, `has no value in resource "${resource}": ${sound.match.trigger ?? 'its'} events have none`);
        }
      }
    }
  });
}

/** Without a list a throttle applies to `default` too, whose paths have no names. */
function checkPathKey(rule: ThrottleRule, parameter: string, known: KnownResources, at: Place, report: Report): void {
  if (rule.resources === undefined) {
    report(at, `list the resources it is for, those with {${parameter}} in their path`);
    return;
  }
  for (const resource of rule.resources) {
    const sound = soundRule(known, resource);
    if (resource !== 'default' && !sound) continue;
    if (sound && pathParameters(sound.match).has(parameter)) continue;
    report(at, `the path of resource "${resource}" has no {${parameter}}`);
  }
}

function checkScope(rule: ThrottleRule, place: Place, report: Report): void {
  if (rule.scope !== 'instance') return;
  for (const field of ['sync', 'whenStoreFails'] as const) {
    if (rule[field] !== undefined) {
      report([...place, field], 'means nothing with scope: instance, which never asks the store');
    }
  }
}

function soundRule(known: KnownResources, name: string): ResourceRule | undefined {
  return Object.hasOwn(known.sound, name) ? known.sound[name] : undefined;
}

function listed(names: ReadonlySet<string>): string {
  return [...names].slice(0, 20).join(', ');
}
