// The reason that people give for what they do: it is kept, and read by others, so blanks are none.
import { z } from 'zod';
import { wrongWithProse } from './legible.ts';

const MOST_CHARACTERS = 500;

export const reasonGiven = z
  .string()
  .min(1, { abort: true })
  .max(MOST_CHARACTERS)
  .regex(/\S/, { error: 'is blank; say why in a few words', abort: true })
  .check(({ value, issues }) => {
    const message = wrongWithProse(value);
    if (message !== undefined) issues.push({ code: 'custom', input: value, message });
  });
