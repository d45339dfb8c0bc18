// Decides whether a rule document may be published: its form, its meaning, and every error in it at once.
import { compileResources } from '../../middleware/kernel/resources.ts';
import { ruleDocument, type RuleDocument } from '../../middleware/kernel/rules/document.ts';
import { MAX_ERRORS, placesOf, pointerOf, type FieldError } from '../api/index.ts';
import { checkAccess } from './validation/access.ts';
import { checkAlerts } from './validation/alerts.ts';
import { checkConcurrency } from './validation/concurrency.ts';
import { checkBreakerKeys, checkDependencies } from './validation/dependencies.ts';
import { checkFaults } from './validation/faults.ts';
import { checkFallbackTargets } from './validation/fallback.ts';
import type { Finding, Report } from './validation/findings.ts';
import { checkJobs } from './validation/jobs.ts';
import { checkLegible } from './validation/legible.ts';
import { checkLogs } from './validation/logs.ts';
import { checkPausedWhile } from './validation/paused-while.ts';
import { checkResources } from './validation/resources.ts';
import { isObject, withoutFaults, withStandIns } from './validation/salvage.ts';
import { checkShedding } from './validation/shedding.ts';
import { checkSlos } from './validation/slos.ts';
import { checkThrottles } from './validation/throttles.ts';

/** What was published need not be taken out when its time is over, to change something else. */
export type InForce = Pick<RuleDocument, 'faults' | 'jobs'>;

export type Validation =
  | { readonly valid: true; readonly document: RuleDocument }
  | { readonly valid: false; readonly errors: readonly FieldError[] };

/**
 * Validates a document that is to govern `service`. Errors of form do not hide errors of meaning elsewhere: what is
 * sound of a faulty document is checked all the same, until there are as many errors as an answer names. `nowMs` is when
 * it is to come in force; without it nothing is found too late, and nothing too hard to read. `before` is what is in force. Pure.
 */
export function validateDocument(service: string, value: unknown, nowMs = -Infinity, before?: InForce): Validation {
  const { value: renamed, originals } = withStandIns(value);
  const parsed = ruleDocument.safeParse(renamed);
  const findings: Finding[] = parsed.success
    ? []
    : placesOf(parsed.error, renamed).map(({ path, reason }) => ({ place: path, reason }));
  const report: Report = (place, reason) => {
    if (findings.length < MAX_ERRORS) findings.push({ place, reason });
  };
  for (const name of originals.values()) report(name, NOT_A_NAME);

  const sound = parsed.success ? parsed.data : soundPart(renamed, findings);
  if (sound) checkMeaning(service, sound, renamed, { before: before?.jobs ?? {}, nowMs }, report);
  // What is gone back to was published once, and must be possible.
  if (sound && nowMs > -Infinity) checkLegible(sound, report);
  if (sound?.logs) checkLogs(sound.logs, nowMs, report);
  if (sound?.faults) {
    const given = isObject(renamed) ? renamed : {};
    const known = {
      resources: namesIn(given['resources']),
      dependencies: namesIn(given['dependencies']),
      sound: sound.resources ?? {},
      before: before?.faults ?? {},
    };
    checkFaults(service, sound.faults, known, nowMs, report);
  }

  if (findings.length === 0 && parsed.success) return { valid: true, document: parsed.data };
  return { valid: false, errors: toErrors(findings, originals) };
}

const NOT_A_NAME = 'a name is 1 to 64 lower-case letters, digits and hyphens';

/** What remains of a faulty document without its faulty rules. */
function soundPart(value: unknown, findings: readonly Finding[]): RuleDocument | undefined {
  const salvaged = ruleDocument.safeParse(withoutFaults(value, findings));
  return salvaged.success ? salvaged.data : undefined;
}

interface Coming {
  /** The jobs that are in force. */
  readonly before: NonNullable<RuleDocument['jobs']>;
  readonly nowMs: number;
}

function checkMeaning(service: string, document: RuleDocument, value: unknown, coming: Coming, report: Report): void {
  const given = isObject(value) ? value : {};
  if (typeof given['service'] === 'string' && given['service'] !== service) {
    report(['service'], `is "${given['service'].slice(0, 64)}", but these are the rules of "${service}"`);
  }
  const { resources = {}, throttles, concurrency, shedding, dependencies, jobs, access, slos, alerts } = document;
  checkResources(resources, report);
  checkPausedWhile(service, resources, namesIn(given['jobs']), report);
  const named = isObject(given['resources']) ? Object.keys(given['resources']) : [];
  const known = { names: new Set(named), sound: resources };
  if (throttles) checkThrottles(throttles, known, report);
  if (concurrency) checkConcurrency(concurrency, known, report);
  if (shedding) checkShedding(shedding, namesIn(given['concurrency']), concurrency ?? {}, report);
  if (dependencies) {
    checkDependencies(dependencies, report);
    checkBreakerKeys(dependencies, known, report);
  }
  if (jobs) checkJobs(service, jobs, { named: namesIn(given['jobs']), ...coming }, report);
  if (access) checkAccess(access, known, report);
  if (slos) checkSlos(slos, known, report);
  if (alerts) checkAlerts(alerts, known, report);
  checkFallbackTargets(
    { service, resources, dependencies: dependencies ?? {}, named: namesIn(given['dependencies']) },
    report,
  );
  compileResources(document);
}

const namesIn = (rules: unknown): ReadonlySet<string> => new Set(isObject(rules) ? Object.keys(rules) : []);

/** In document order of discovery, each place and reason once, under the names the author wrote. */
function toErrors(findings: readonly Finding[], originals: ReadonlyMap<string, readonly PropertyKey[]>): FieldError[] {
  const errors = new Map<string, FieldError>();
  for (const { place, reason } of findings) {
    const written = place.map((step, i) => originals.get(pointerOf(place.slice(0, i + 1)))?.at(-1) ?? step);
    const error = { path: pointerOf(written), reason };
    errors.set(JSON.stringify(error), error);
  }
  return [...errors.values()];
}
