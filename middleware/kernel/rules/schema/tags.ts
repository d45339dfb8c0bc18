// What a document says of what its service is, for those who look for it: names and values that decide nothing.
import { z } from 'zod';

const MOST_TAGS = 20;

/** No `=` in a name: `?tag=NAME=VALUE` finds services by it. */
const tagName = z
  .string()
  .check(
    z.regex(
      /^[A-Za-z0-9][A-Za-z0-9_.:/-]{0,63}$/,
      'the name of a tag is 1 to 64 letters, digits and _ . : / -, a letter or digit first',
    ),
  );

export const tags = z
  .record(tagName, z.string().min(1).max(128))
  .refine((all) => Object.keys(all).length <= MOST_TAGS, {
    error: ({ input }) => `there are ${Object.keys(input as object).length} tags; at most ${MOST_TAGS} are taken`,
    when: ({ value }) => typeof value === 'object' && value !== null,
  })
  .meta({ maxProperties: MOST_TAGS });
