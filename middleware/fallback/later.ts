// Hands out what only chains beyond fixed answers need: a file of its own, loaded by the first of them.
import type * as Beyond from './beyond.ts';

let beyond: typeof Beyond | undefined;

/** At once when it has been loaded. */
export function loadBeyond(): typeof Beyond | Promise<typeof Beyond> {
  return beyond ?? import('./beyond.ts').then((module) => (beyond = module));
}
