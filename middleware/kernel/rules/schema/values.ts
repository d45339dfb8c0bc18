// What the values of rules look like: durations, rates, shares, names, patterns, outcomes.
import { z } from 'zod';
import { parseRate, parseWindowRate } from '../../rates.ts';
import { parseDuration, parseShare, parseSize } from '../../units.ts';

/** A string that one of the parsers of `units.ts` understands; the parser's own message is the reason given. */
export function parsed(parse: (text: string) => unknown, examples: string, what = 'a text'): z.ZodType<string> {
  return z
    .string(`${what} such as ${examples}`)
    .check((context) => {
      try {
        parse(context.value);
      } catch (error) {
        context.issues.push({
          code: 'custom',
          input: context.value,
          message: error instanceof Error ? error.message : String(error),
        });
      }
    })
    .meta({ description: `for example ${examples}` });
}

/** What some algorithm takes; which one is looked at with the rest of the rule. */
function parseAnyRate(text: string): unknown {
  return /\/(day|week|month)$/.test(text) ? parseWindowRate(text) : parseRate(text);
}

export const duration = parsed(parseDuration, '500ms, 5s, 10m, 2h', 'a duration');
export const rate = parsed(parseAnyRate, '100/s, 5/10s, 1k/min; with fixed-window also 1k/day, 1M/month', 'a rate');
export const share = parsed(parseShare, '5%, 50%', 'a share');
export const size = parsed(parseSize, '512kb, 10mb', 'a size');
/** What a part of a rule looks like, for those who write a single value in its place: `retry: 3`. */
export const like = (example: string) => ({
  error: ({ code }: { readonly code?: string | undefined }) =>
    code === 'invalid_type' ? `an object such as ${example}` : undefined,
});
export const name = z
  .string()
  .check(z.regex(/^[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?$/, 'a name is 1 to 64 lower-case letters, digits and hyphens'));
/** Every pair of a document's patterns is compared when it is validated; stars make that dear. */
const MOST_STARS = 8;
export const pattern = z
  .string()
  .min(1)
  .max(256)
  .check(z.refine((text) => text.split('*').length <= MOST_STARS + 1, `a pattern has at most ${MOST_STARS} stars`))
  .meta({ description: 'exact, or a glob: * stands for any run of characters' });
/** Rules by name, at most so many: validating, reading and applying them all must stay cheap. */
export const rulesOf = <Rule extends z.ZodType>(rule: Rule, most: number, what: string) =>
  z
    .record(name, rule)
    .refine((rules) => Object.keys(rules).length <= most, {
      error: ({ input }) => `there are ${Object.keys(input as object).length} ${what}; at most ${most} are taken`,
      // Also beside faulty rules, so that one error does not hide the other.
      when: ({ value }) => typeof value === 'object' && value !== null,
    })
    .meta({ maxProperties: most });
export const count = (max: number) => z.int().min(1).max(max);
export const mode = z
  .enum(['enforce', 'shadow', 'disabled'])
  .meta({ description: 'shadow decides and records but never acts' });
export const status = z.int().min(200).max(599);

/** What an attempt, a breaker or a metric can call the end of a call. */
export const OUTCOME_PATTERN = /^(ok|connect|timeout|throttled|error|4xx|5xx|[45][0-9][0-9]|business:[A-Z0-9_]{1,64})$/;
export const MOST_OUTCOMES = 100;
export const OUTCOMES = 'one of connect, timeout, throttled, error, 4xx, 5xx, an exact status, business:CODE';
/** YAML reads a bare 503 as a number. */
export const outcome = z.union(
  [z.string().check(z.regex(OUTCOME_PATTERN, OUTCOMES)), z.int().min(400, OUTCOMES).max(599, OUTCOMES)],
  OUTCOMES,
);

export const TRIGGERS = ['http', 'queue', 'bucket', 'topic', 'event', 'schedule', 'stream', 'direct'] as const;

const MOST_LISTED = 200;
export const listed = <Value extends z.ZodType>(value: Value) => z.array(value).min(1).max(MOST_LISTED);

/** Resources of one service, and so the most a rule can name. */
export const MOST_RESOURCES = 200;
