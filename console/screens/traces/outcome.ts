// How something ended, as a state. Pure.

/** Refusals are flyball's own doing, not failures. */
export function stateOf(outcome: string | null | undefined): 'ok' | 'warn' | 'bad' | 'held' | 'unknown' {
  if (outcome === null || outcome === undefined || outcome === '') return 'unknown';
  if (outcome === 'ok') return 'ok';
  if (outcome === 'refused') return 'held';
  if (outcome === 'throttled' || outcome.startsWith('business:') || /^4(xx|\d\d)$/.test(outcome)) return 'warn';
  return /^[123]\d\d$/.test(outcome) ? 'ok' : 'bad';
}

/** What can be searched for. */
export const OUTCOMES = [
  'ok',
  'refused',
  'error',
  'timeout',
  'connect',
  'throttled',
  '4xx',
  '5xx',
  'business',
] as const;

/** Whether anything can have ended so: an exact status and a code of a business failure are no less an outcome. */
export const isOutcome = (text: string): boolean =>
  (OUTCOMES as readonly string[]).includes(text) || /^([1-5]\d\d|business:.+)$/.test(text);
