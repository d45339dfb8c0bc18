// What is wrong with options, said where they were written: plain JavaScript may give anything.
import { Misused } from './errors.ts';
import type { GovernOptions } from './instances.ts';
import { nearest } from './nearest.ts';

/** As rule documents name services; under any other name no rules could ever be published. */
const SERVICE = /^[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?$/;

/** @throws {Misused} unless a service is named as services can be. */
export function requireService(options: { readonly service?: unknown } | undefined): void {
  const service = options?.service;
  if (typeof service !== 'string' || service === '') {
    throw new Misused("the service whose rules apply is missing, e.g. govern({ service: 'orders' })");
  }
  if (!SERVICE.test(service)) {
    throw new Misused(`"${service}" names no service: write 1 to 64 lower-case letters, digits and hyphens`);
  }
}

/** @throws {Misused} on the first option that means nothing: what is misspelt would silently not be done. */
export function requireKnown(options: object, known: readonly string[]): void {
  const unknown = Object.keys(options).find((name) => !known.includes(name));
  if (unknown === undefined) return;
  const near = nearest(unknown, known);
  throw new Misused(
    `there is no option "${unknown}": ${near === undefined ? `write one of ${known.join(', ')}` : `did you mean ${near}?`}`,
  );
}

/** Of the whole instance, and what is meant where they are left out. */
const SHARED = { bootstrap: undefined, maxStale: undefined, flush: 'before-response' } as const;

/**
 * @throws {Misused} when a service's second middleware is given other options than its first: both share one instance,
 * which follows those of the first. What is left out differs from nothing.
 */
export function requireSame(first: GovernOptions, second: GovernOptions): void {
  for (const name of Object.keys(SHARED) as (keyof typeof SHARED)[]) {
    const [before, now] = [first[name] ?? SHARED[name], second[name]];
    if (now === undefined || isSame(before, now)) continue;
    throw new Misused(
      `the service "${second.service}" is governed with another ${name} already (${shown(before)}, and now ${shown(now)}): in one environment all its middlewares share one instance, so give each the same ${name}`,
    );
  }
}

function isSame(before: unknown, now: unknown): boolean {
  return before === now || (typeof now === 'object' && JSON.stringify(before) === JSON.stringify(now));
}

function shown(option: unknown): string {
  if (option === undefined) return 'none';
  return typeof option === 'string' ? `"${option}"` : 'a document';
}
