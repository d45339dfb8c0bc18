// What several routes answer: why it was not what was asked for, and what is wrong with a document.
import { z } from 'zod';

export const NO_RULES = { 404: 'The service has no published rules, or none of that name.' };
export const UNREADABLE = { 409: 'What instances wrote cannot be read; the answer names the item.' };

/** Errors or warnings, each with its place. */
export const faults = z.array(
  z.object({ path: z.string().meta({ description: 'a JSON pointer' }), reason: z.string() }),
);
