// Finds guardrails that look strict and are not: of rules that may be disabled, and of limits that have exceptions.
import { pointerOf, type FieldError } from '../../api/index.ts';
import { ruleSchema } from '../schema.ts';
import { EVERY } from './merge.ts';
import { isKnown, stepsOf } from './places.ts';
import type { Baseline, Guardrail } from './schema.ts';

/** The same as members of an answer; without any, none. */
export function loopholesIn(baseline: Baseline): { readonly warnings?: readonly FieldError[] } {
  const warnings = loopholesOf(baseline);
  return warnings.length > 0 ? { warnings } : {};
}

/** What guardrails probably mean and do not say. Pure; of a baseline that is valid. */
export function loopholesOf({ guardrails = {} }: Baseline): readonly FieldError[] {
  const all = Object.values(guardrails);
  return Object.entries(guardrails).flatMap(([name, { at, required, max }]) => [
    ...(required && hasMode(at) && !all.some((other) => boundsMode(other, at)) ? [disabled(name, at)] : []),
    ...(max !== undefined ? exceptionsOf(name, at, all) : []),
  ]);
}

function hasMode(at: string): boolean {
  return isKnown(ruleSchema(), [...stepsOf(at), 'mode']);
}

function boundsMode({ at, oneOf, forbidden }: Guardrail, section: string): boolean {
  return at === `${section}/mode` && (oneOf !== undefined || forbidden === true);
}

function disabled(name: string, at: string): FieldError {
  const reason = `is kept by mode: disabled, too; a guardrail at ${at}/mode with oneOf: [enforce] keeps it in force`;
  return { path: pointerOf(['guardrails', name, 'at']), reason };
}

function exceptionsOf(name: string, at: string, all: readonly Guardrail[]): FieldError[] {
  const cut = at.lastIndexOf('/');
  const overrides = `${at.slice(0, cut)}/overrides`;
  const place = `${overrides}/${EVERY}${at.slice(cut)}`;
  if (!isKnown(ruleSchema(), stepsOf(place))) return [];
  if (all.some((other) => (other.at === place && other.max !== undefined) || forbids(other, overrides))) return [];
  const reason = `says nothing of exceptions from it; a guardrail at ${place} with max bounds those as well`;
  return [{ path: pointerOf(['guardrails', name, 'at']), reason }];
}

function forbids({ at, forbidden }: Guardrail, place: string): boolean {
  return at === place && forbidden === true;
}
