// What the route that replays a draft takes and answers.
import { z } from 'zod';
import { moment, shows, type Description } from '../../api/index.ts';
import { faults } from '../described/problems.ts';

export const MOST_MINUTES = 24 * 60;
const DEFAULT_MINUTES = 60;

export const simulateBody = z.strictObject({
  minutes: z.int().min(1).max(MOST_MINUTES).default(DEFAULT_MINUTES).meta({ description: 'how far back; up to a day' }),
  document: z
    .union([z.record(z.string(), z.unknown()), z.string().min(1)])
    .optional()
    .meta({ description: 'rules to replay in place of the stored draft: an object, or a text of JSON or YAML' }),
});

const range = z
  .object({
    low: z.number(),
    estimate: z.number().nullable().meta({ description: 'with requests spread evenly within their minutes' }),
    high: z.number(),
  })
  .nullable()
  .meta({ id: 'SimulatedRange', description: 'the least and the most; null: cannot say' });

const effects = {
  refused: range.optional(),
  delayed: range.optional(),
  exceeded: range.optional().meta({ description: 'took longer than the deadline' }),
  opened: range.optional().meta({ description: 'how often the breaker opened' }),
  openMs: range.optional(),
};

const side = z
  .object({
    ...effects,
    measured: z.literal(true).optional().meta({ description: 'counted, not replayed' }),
    shadow: z.literal(true).optional().meta({ description: 'what it would have refused, if it were in force' }),
  })
  .nullable()
  .meta({ id: 'SimulatedEffects', description: 'null where the document has no such rule' });

export const simulateDraft: Description = {
  summary: 'Replay what was recorded against a draft, beside the rules in force',
  details:
    'Changes nothing. Each rule is replayed by itself, with the requests that it was asked about. What the record does not ' +
    'tell is a range, or null with the reason under `cannotSay`.',
  tags: ['drafts'],
  body: { schema: simulateBody, optional: true, examples: { hour: { minutes: 60 } } },
  answers: shows(
    'What the draft would have done, and what the rules in force did.',
    z.object({
      service: z.string(),
      from: moment,
      to: moment,
      minutes: z.int(),
      recordedMinutes: z.int().meta({ description: 'of them, those that anything was told of' }),
      revision: z.int().nullable().meta({ description: 'what is in force' }),
      steady: z.boolean().meta({ description: 'whether it was in force all the time' }),
      document: z.enum(['draft', 'given']),
      summary: z.object({
        seen: z.int(),
        now: z.object({ refused: range }),
        draft: z.object({ refused: range }),
        difference: z.object({ refused: range }),
        worse: z.array(
          z.object({
            path: z.string(),
            reason: z.string(),
            certain: z.boolean().meta({ description: 'at the least, too' }),
          }),
        ),
        unclear: z
          .array(z.object({ path: z.string(), reason: z.string() }))
          .meta({ description: 'rules that may be worse, and may not' }),
      }),
      rules: z.array(
        z
          .object({
            path: z.string().meta({ description: 'a JSON pointer' }),
            kind: z.enum(['throttle', 'concurrency', 'shedding', 'deadline', 'breaker']),
            change: z.enum(['same', 'changed', 'added', 'removed']),
            seen: z.int(),
            of: z.enum(['requests', 'calls']),
            now: side,
            draft: side,
            difference: z.object(effects),
            cannotSay: z.array(z.string()),
            examples: z.array(
              z.object({ at: moment, requestId: z.string(), resource: z.string(), traceId: z.string().optional() }),
            ),
          })
          .meta({ id: 'SimulatedRule' }),
      ),
      cannotSay: faults,
      warnings: faults.optional(),
    }),
  ),
  problems: { 404: 'The service has no draft, and the body has no document.' },
};
