// Checks a service's rules against the guardrails of a baseline: every breach, with its place and the guardrail's name.
import { isObject } from '../validation/salvage.ts';
import type { Finding } from '../validation/findings.ts';
import { triggersOf } from '../validation/resources.ts';
import { placesOf, stepsOf, type Found } from './places.ts';
import type { Baseline, Guardrail } from './schema.ts';
import { EVERY } from './merge.ts';
import { measured } from './values.ts';

/** What of these rules the baseline does not allow. Pure; also of a document that is not valid otherwise. */
export function breachesOf(service: string, document: unknown, { guardrails = {} }: Baseline): readonly Finding[] {
  return Object.entries(guardrails).flatMap(([name, guardrail]) => {
    if (guardrail.except?.includes(service)) return [];
    const why = guardrail.because === undefined ? '' : `: ${guardrail.because}`;
    const says = (place: Finding['place'], what: string): Finding => ({
      place,
      reason: `${what} (guardrail "${name}" of the baseline${why})`,
    });
    const steps = stepsOf(guardrail.at);
    const found = placesOf(document, steps).filter(({ place }) => concerns(guardrail, document, place));
    const breaches = found.flatMap((one) => breachesAt(guardrail, one).map((what) => says(one.place, what)));
    return guardrail.required && steps.at(-1) === EVERY && found.length === 0
      ? [...breaches, ...placesOf(document, steps.slice(0, -1)).map(({ place }) => says(place, 'needs an entry'))]
      : breaches;
  });
}

function breachesAt({ required, forbidden, max, min, oneOf }: Guardrail, { value }: Found): string[] {
  if (value === undefined) return required ? ['is required'] : [];
  const breaches: string[] = [];
  if (forbidden) breaches.push('is not allowed');
  if (oneOf && !oneOf.some((allowed) => allowed === value)) {
    breaches.push(`${written(value)} is not one of ${oneOf.map(String).join(', ')}`);
  }
  const given = measured(value);
  const [most, least] = [measured(max), measured(min)];
  // What is of another kind is no more and no less: `adaptive` beside a number.
  if (given && most?.kind === given.kind && given.amount > most.amount) {
    breaches.push(`${written(value)} is more than ${String(max)}`);
  }
  if (given && least?.kind === given.kind && given.amount < least.amount) {
    breaches.push(`${written(value)} is less than ${String(min)}`);
  }
  return breaches;
}

function written(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > 64 ? `${text.slice(0, 64)}…` : text;
}

/** Whether events of the triggers that a guardrail is about can reach the resource. */
function concerns({ triggers }: Guardrail, document: unknown, [, name]: Found['place']): boolean {
  if (triggers === undefined) return true;
  const resources = isObject(document) ? document['resources'] : undefined;
  const resource = isObject(resources) && typeof name === 'string' ? resources[name] : undefined;
  const match = isObject(resource) ? resource['match'] : undefined;
  if (!isObject(match)) return false;
  const reached: readonly unknown[] = triggersOf(match);
  return triggers.some((trigger) => reached.includes(trigger));
}
