// Hands out the breaker's code that is loaded later.
import type * as Changed from './changed.ts';

let changed: typeof Changed | undefined;

/** Never loads anything twice. */
export async function loadChanged(): Promise<typeof Changed> {
  return (changed ??= await import('./changed.ts'));
}

/** Undefined until it has been loaded. */
export const changedIfHere = (): typeof Changed | undefined => changed;
