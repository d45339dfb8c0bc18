// Documents looked at beside what stands: the baseline, faults that have ended or are stopped, jobs of other services.
import type { RuleDocument } from '../../middleware/kernel/rules/document.ts';
import { readCellFaultStop, readFaultStop } from '../../store/items/fault-stops.ts';
import type { Table } from '../../store/port.ts';
import { MAX_ERRORS, pointerOf, type FieldError } from '../api/index.ts';
import { notTold } from './awaited.ts';
import { breachesOf } from './baseline/guardrails.ts';
import { baselineInForce } from './baseline/in-force.ts';
import { withDefaults } from './baseline/merge.ts';
import { stepsOf } from './baseline/places.ts';
import type { Baseline } from './baseline/schema.ts';
import { invalidDocument, warningsOf } from './documents.ts';
import { publishedOf } from './published.ts';
import { hardlySeen } from './seen.ts';
import { validateDocument } from './validate.ts';
import type { Finding } from './validation/findings.ts';

/**
 * The document with the baseline's defaults, if it may govern this service from `nowMs` on. A fault that has ended since it
 * was published is in nobody's way: it need not be taken out first to change something else. `beneath` is a baseline to
 * come, in place of the one in force.
 * @throws {Problem} 422 with every error in it, and every guardrail that it breaks
 */
export async function validatedNow(
  table: Table,
  service: string,
  value: unknown,
  nowMs: number,
  beneath?: Baseline,
): Promise<RuleDocument> {
  const baseline = beneath ?? (await baselineInForce(table));
  const whole = withDefaults(value, baseline?.defaults);
  const first = validateDocument(service, whole, nowMs);
  const ended =
    !first.valid && first.errors.some(({ path }) => /^\/(faults\/[^/]+\/until|jobs\/[^/]+\/schedule)$/.test(path));
  const before = ended ? await publishedOf(table, service) : undefined;
  const validation = before ? validateDocument(service, whole, nowMs, before) : first;
  const breaches = baseline ? breachesOf(service, whole, baseline).map(toError) : [];
  if (validation.valid && breaches.length === 0) return validation.document;
  const errors = validation.valid ? [] : fromWhere(validation.errors, value, whole);
  throw invalidDocument([...errors, ...breaches].slice(0, MAX_ERRORS));
}

const toError = ({ place, reason }: Finding): FieldError => ({ path: pointerOf(place), reason });

/** An author who finds no such place in what was sent is told where it comes from. */
function fromWhere(errors: readonly FieldError[], sent: unknown, whole: unknown): FieldError[] {
  return errors.map(({ path, reason }) => {
    const steps = stepsOf(path);
    const added = steps.length > 0 && !isThere(sent, steps) && isThere(whole, steps);
    return { path, reason: added ? `${reason} (from the defaults of the baseline)` : reason };
  });
}

function isThere(value: unknown, [step, ...rest]: readonly string[]): boolean {
  if (step === undefined) return true;
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return false;
  return isThere((value as Readonly<Record<string, unknown>>)[step], rest);
}

/** What of a valid document is probably not meant, as members of an answer; without warnings, none. */
export async function warningsNow(
  table: Table,
  service: string,
  document: RuleDocument,
  nowMs: number,
): Promise<{ readonly warnings?: readonly FieldError[] }> {
  const { warnings: always = [] } = warningsOf(service, document);
  const baseline = await baselineInForce(table);
  // Errors of what is to be published; of what is rolled back to, which must always be possible, warnings.
  const breaches = baseline ? breachesOf(service, document, baseline).map(toError) : [];
  const [drills, unseen, untold] = await Promise.all([
    ofDrills(table, service, document, nowMs),
    hardlySeen(table, service, document, nowMs),
    notTold(table, service, document),
  ]);
  const warnings = [...always, ...breaches, ...drills, ...unseen, ...untold];
  return warnings.length > 0 ? { warnings } : {};
}

async function ofDrills(table: Table, service: string, { faults = {} }: RuleDocument, nowMs: number) {
  const warnings: FieldError[] = [];
  const enabled = Object.entries(faults).filter(([, { mode }]) => mode !== 'disabled');
  const ended = enabled.filter(([, { until }]) => Date.parse(until) <= nowMs);
  for (const [name, { until }] of ended) {
    warnings.push({ path: pointerOf(['faults', name, 'until']), reason: `${until} is past: nothing is injected` });
  }
  if (ended.length === enabled.length) return warnings;
  const stop = (await readFaultStop(table, service)) ?? (await readCellFaultStop(table));
  if (!stop?.stopped) return warnings;
  const since = `${new Date(stop.at).toISOString()}, by ${stop.by}: ${stop.reason}`;
  const reason = `are stopped since ${since}; nothing is injected until somebody resumes them`;
  return [...warnings, { path: '/faults', reason }];
}
