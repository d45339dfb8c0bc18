// Query parameters that many routes take, each read from text: the message of what is wrong follows its name.
import { z } from 'zod';
import { readTime } from './moments.ts';
import { NAME_PATTERN } from './names.ts';

const LARGEST_LIMIT = 200;

/** The name of a service, rule or job. */
export const nameParameter = (what: string) =>
  z.string().regex(NAME_PATTERN, `is not ${what}`).meta({ description: what });

export const serviceParameter = nameParameter('the name of a service');

/** Times that `readTime` may understand: it also looks whether there is such a day. */
const TIME_PATTERN =
  /^([0-9]{1,15}|[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,9})?)?(Z|[+-][0-9]{2}:[0-9]{2}))$/;

/** A moment: ISO 8601 with its offset, or ms since the epoch. */
export const timeParameter = z
  .string()
  .refine((text) => readTime(text) !== undefined, 'is not a time; write 2027-01-01T00:00:00Z')
  .meta({ description: 'ISO 8601 with its offset, or ms since the epoch', pattern: TIME_PATTERN.source });

const isLimit = (text: string) => /^[0-9]{1,4}$/.test(text) && Number(text) >= 1 && Number(text) <= LARGEST_LIMIT;

const limit = z
  .string()
  .refine(isLimit, {
    error: ({ input }) => `is a number from 1 to ${LARGEST_LIMIT}, not "${String(input).slice(0, 32)}"`,
  })
  .meta({ description: 'how many entries a page has at most', type: 'integer', minimum: 1, maximum: LARGEST_LIMIT });

/** What lists take: `...paging` in a query. */
export const paging = {
  limit: limit.optional(),
  cursor: z.string().meta({ description: 'what the page before gave as `cursor`' }).optional(),
};

/** `from` and `to`. */
export const span = { from: timeParameter.optional(), to: timeParameter.optional() };
