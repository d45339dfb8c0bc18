// Checks limits of concurrency: resources that exist, bounds that fit their limit, actuators that change something of AWS's.
import type { ConcurrencyRule, RuleDocument } from '../../../middleware/kernel/rules/document.ts';
import { parseDuration } from '../../../middleware/kernel/units.ts';
import { isOfControlPlane, mayMeanTheSame } from '../../api/function-names.ts';
import type { Place, Report } from './findings.ts';
import type { KnownResources } from './throttles.ts';

/** Each costs an invocation two writes to the table and a wait. */
const MOST_FLEET_RULES = 4;
const LONGEST_WAIT_MS = 30_000;

export function checkConcurrency(
  concurrency: NonNullable<RuleDocument['concurrency']>,
  known: KnownResources,
  report: Report,
): void {
  for (const [name, rule] of Object.entries(concurrency)) {
    const place = ['concurrency', name];
    checkResourceNames(rule, known, place, report);
    checkLimit(rule, place, report);
    checkWait(rule, place, report);
    checkScope(rule, place, report);
    checkActuators(rule, place, report);
  }
  checkNumber(Object.values(concurrency), report);
  checkActuatedOnce(concurrency, report);
}

function checkResourceNames(rule: ConcurrencyRule, known: KnownResources, place: Place, report: Report): void {
  rule.resources?.forEach((resource, i) => {
    const at = [...place, 'resources', i];
    if (resource !== 'default' && !known.names.has(resource)) {
      const there = known.names.size > 0 ? `; there are ${[...known.names].slice(0, 20).join(', ')}` : '';
      report(at, `there is no resource "${resource}"${there}`);
    } else if (rule.resources?.indexOf(resource) !== i) {
      report(at, `"${resource}" stands here twice`);
    }
  });
}

function checkLimit({ limit, floor, ceiling }: ConcurrencyRule, place: Place, report: Report): void {
  if (limit !== 'adaptive') {
    for (const [field, value] of Object.entries({ floor, ceiling })) {
      if (value !== undefined) report([...place, field], 'means something with limit: adaptive alone');
    }
    return;
  }
  if (floor === undefined)
    report([...place, 'floor'], 'limit: adaptive never falls below its floor: say how many that is');
  if (ceiling === undefined) {
    report([...place, 'ceiling'], 'limit: adaptive never rises above its ceiling: say how many that is');
  }
  if (floor !== undefined && ceiling !== undefined && floor >= ceiling) {
    report([...place, 'ceiling'], `${ceiling} leaves no room above the floor of ${floor}`);
  }
}

function checkWait({ maxWait }: ConcurrencyRule, place: Place, report: Report): void {
  if (maxWait !== undefined && parseDuration(maxWait) > LONGEST_WAIT_MS) {
    report([...place, 'maxWait'], `${maxWait} is paid for in full by whoever waits; at most 30s`);
  }
}

function checkScope(rule: ConcurrencyRule, place: Place, report: Report): void {
  if (rule.scope !== 'instance') return;
  if (rule.whenStoreFails !== undefined) {
    report([...place, 'whenStoreFails'], 'means nothing with scope: instance, which never asks the store');
  }
  if (rule.limit === 'adaptive')
    report([...place, 'limit'], 'adaptive is found by the fleet together; leave scope out');
  if (rule.actuate !== undefined) {
    report([...place, 'actuate'], 'sets limits of the whole fleet, and this one is of each instance; leave scope out');
  }
}

function checkActuators({ actuate }: ConcurrencyRule, place: Place, report: Report): void {
  if (!actuate) return;
  const { reservedConcurrency, maximumConcurrency } = actuate;
  if (!reservedConcurrency && !maximumConcurrency) {
    report([...place, 'actuate'], 'is empty: write reservedConcurrency, maximumConcurrency or both');
  }
  if (reservedConcurrency && isOfControlPlane(reservedConcurrency.function)) {
    const at = [...place, 'actuate', 'reservedConcurrency', 'function'];
    report(at, `${reservedConcurrency.function} is a function of the control plane, which no rule may limit`);
  }
  for (const [name, bounds] of Object.entries({ reservedConcurrency, maximumConcurrency })) {
    if (bounds && bounds.min > bounds.max) {
      report([...place, 'actuate', name, 'max'], `${bounds.max} is less than min, which is ${bounds.min}`);
    }
  }
}

/** Two rules that set the same thing would undo each other's work every minute. */
function checkActuatedOnce(concurrency: NonNullable<RuleDocument['concurrency']>, report: Report): void {
  const actuated: { readonly name: string; readonly kind: string; readonly target: string }[] = [];
  for (const [name, { actuate, mode }] of Object.entries(concurrency)) {
    if (mode === 'disabled') continue;
    const targets = [
      ['reservedConcurrency', actuate?.reservedConcurrency?.function],
      ['maximumConcurrency', actuate?.maximumConcurrency?.eventSource],
    ] as const;
    for (const [kind, target] of targets) {
      if (target === undefined) continue;
      const other = actuated.find((earlier) => earlier.kind === kind && mayMeanTheSame(earlier.target, target));
      if (other) report(['concurrency', name, 'actuate', kind], `"${other.name}" sets that of ${other.target} already`);
      else actuated.push({ name, kind, target });
    }
  }
}

/** Shadows count like the rest: they ask the table all the same. */
function checkNumber(rules: readonly ConcurrencyRule[], report: Report): void {
  const ofFleet = rules.filter(({ scope, mode }) => scope !== 'instance' && mode !== 'disabled');
  const everywhere = ofFleet.filter(({ resources }) => resources === undefined).length;
  const counts = new Map<string, number>();
  for (const { resources = [] } of ofFleet) {
    for (const resource of new Set(resources)) counts.set(resource, (counts.get(resource) ?? everywhere) + 1);
  }
  const advice = `at most ${MOST_FLEET_RULES} may: each costs an invocation two writes to the table and a wait`;
  if (everywhere > MOST_FLEET_RULES) {
    report(['concurrency'], `${everywhere} rules of the fleet apply to every resource, ${advice}`);
    return;
  }
  for (const [resource, count] of counts) {
    if (count > MOST_FLEET_RULES) {
      report(['concurrency'], `${count} rules of the fleet apply to resource "${resource}", ${advice}`);
    }
  }
}
