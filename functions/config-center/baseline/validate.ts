// Decides whether a baseline may be published: its form, its defaults as parts of rule documents, and its guardrails' places.
import { ruleDocument } from '../../../middleware/kernel/rules/document.ts';
import { fieldErrorsOf, MAX_ERRORS, placesOf as faultsOf, pointerOf, type FieldError } from '../../api/index.ts';
import { ruleSchema } from '../schema.ts';
import { isObject, withStandIns } from '../validation/salvage.ts';
import { EVERY, NAMED } from './merge.ts';
import { isKnown, placesOf, stepsOf } from './places.ts';
import { baselineDocument, type Baseline, type Guardrail } from './schema.ts';
import { measured } from './values.ts';

export type BaselineValidation =
  | { readonly valid: true; readonly baseline: Baseline }
  | { readonly valid: false; readonly errors: readonly FieldError[] };

/** Every error in a baseline at once. Pure. */
export function validateBaseline(value: unknown): BaselineValidation {
  const parsed = baselineDocument.safeParse(value);
  const form = parsed.success ? [] : fieldErrorsOf(parsed.error, value);
  const given = isObject(value) ? value : {};
  const guardrails = isObject(given['guardrails']) ? given['guardrails'] : {};
  const errors = [
    ...form,
    ...(isObject(given['defaults']) ? defaultsErrors(given['defaults']) : []),
    ...Object.entries(guardrails).flatMap(([name, guardrail]) => guardrailErrors(name, guardrail)),
  ].slice(0, MAX_ERRORS);
  if (parsed.success && errors.length === 0) return { valid: true, baseline: parsed.data };
  return { valid: false, errors };
}

/** What is one service's own, and what a rule cannot have by default. */
export const NOT_BY_DEFAULT: Readonly<Record<string, string>> = {
  apiVersion: 'every document has it',
  service: 'every document has its own',
  faults: 'drills are of one service, and end',
};

/** Defaults are parts of documents: what they leave out is for services to say, what they say must be sound. */
function defaultsErrors(defaults: Readonly<Record<string, unknown>>): FieldError[] {
  const errors: FieldError[] = [];
  for (const [key, why] of Object.entries(NOT_BY_DEFAULT)) {
    if (Object.hasOwn(defaults, key)) errors.push({ path: pointerOf(['defaults', key]), reason: `no default: ${why}` });
  }
  const rest = Object.fromEntries(Object.entries(defaults).filter(([key]) => !Object.hasOwn(NOT_BY_DEFAULT, key)));
  // The name of every rule is not a name; a stand-in is looked into like any other.
  const { value, originals } = withStandIns({ ...rest, apiVersion: 'flyball/v1', service: 'any' });
  const parsed = ruleDocument.safeParse(value);
  if (parsed.success) return [...errors, ...badNames(originals)];
  for (const { path, reason } of faultsOf(parsed.error, value)) {
    const [found] = placesOf(value, path.map(String));
    if (found?.value === undefined && !reason.startsWith('this key')) continue;
    const place = path.map((step, i) => originals.get(pointerOf(path.slice(0, i + 1)))?.at(-1) ?? step);
    errors.push({ path: pointerOf(['defaults', ...place]), reason });
  }
  return [...errors, ...badNames(originals)];
}

function badNames(originals: ReadonlyMap<string, readonly PropertyKey[]>): FieldError[] {
  return [...originals.values()]
    .filter((place) => place.at(-1) !== EVERY || place.length > 2)
    .map((place) => ({
      path: pointerOf(['defaults', ...place]),
      reason: `a name is 1 to 64 lower-case letters, digits and hyphens; ${EVERY} stands for every rule of ${NAMED.join(', ')}`,
    }));
}

function guardrailErrors(name: string, value: unknown): FieldError[] {
  if (!isObject(value)) return [];
  const { at, max, min } = value as Partial<Guardrail>;
  const place = ['guardrails', name];
  const errors: FieldError[] = [];
  const steps = typeof at === 'string' && at.startsWith('/') ? stepsOf(at) : undefined;
  if (steps && !isKnown(ruleSchema(), steps)) {
    errors.push({ path: pointerOf([...place, 'at']), reason: 'rule documents have no such place' });
  }
  if (steps?.some((step) => step === 'apiVersion' || step === 'service') && steps.length === 1) {
    errors.push({ path: pointerOf([...place, 'at']), reason: 'every document has its own' });
  }
  for (const [field, bound] of Object.entries({ max, min })) {
    if (typeof bound === 'string' && measured(bound) === undefined) {
      const reason = `"${bound.slice(0, 64)}" is no duration, rate, share or size, such as 5s, 100/s, 50%, 10mb`;
      errors.push({ path: pointerOf([...place, field]), reason });
    }
  }
  const [most, least] = [measured(max), measured(min)];
  if (most && least && (most.kind !== least.kind || least.amount > most.amount)) {
    errors.push({ path: pointerOf([...place, 'min']), reason: 'is more than max, or of another kind' });
  }
  return errors;
}
