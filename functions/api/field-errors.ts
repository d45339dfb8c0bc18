// Turns what zod found into errors with a JSON pointer and a reason a person can act on.
import type { z } from 'zod';
import { faultsOf, type Fault } from '../../middleware/kernel/rules/faults.ts';
import { pointerOf } from './pointer.ts';
import type { FieldError } from './problem.ts';

/** The first hundred errors, one for each unknown key, and of a choice those of the branch that was most likely meant. */
export function fieldErrorsOf(error: z.core.$ZodError, value: unknown): FieldError[] {
  return placesOf(error, value).map(({ path, reason }) => ({ path: pointerOf(path), reason }));
}

/** As `fieldErrorsOf`, with paths in steps. */
export function placesOf(error: z.core.$ZodError, value: unknown): Fault[] {
  return faultsOf(error, value);
}
