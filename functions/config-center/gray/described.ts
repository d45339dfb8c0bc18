// What the routes of gray publications take and answer.
import { z } from 'zod';
import { faults } from '../described/problems.ts';
import { moment, shows, type Description } from '../../api/index.ts';
import { grayShown } from './terms.ts';

const note = z.string().max(1000);
const expectedRevision = z.int().min(1).optional().meta({ description: 'does nothing unless this one is gray' });

export const promoteBody = z.strictObject({
  note: note.optional(),
  expectedRevision,
  force: z.boolean().optional().meta({ description: 'also what the libraries of live instances do not know' }),
});

export const abortBody = z.strictObject({ note: note.optional(), expectedRevision });

const tags = ['rules'] as const;
const NONE = 'No gray publication is under way, or it is another one than expected; or somebody was faster.';

const figures = z.object({
  requests: z.int(),
  refused: z.int(),
  failed: z.int(),
  p99Ms: z.number().optional().meta({ description: 'of what was not refused' }),
});

const sides = {
  since: moment.meta({ description: 'the first minute that counts: the step began before it' }),
  completeUntil: moment.optional().meta({ description: 'up to when all that was counted is known' }),
  gray: figures,
  rest: figures,
};

const judgement = z
  .object({
    verdict: z.enum(['better-or-equal', 'worse', 'not enough traffic']),
    reason: z.string().meta({ description: 'what is worse, or what there is too little of' }),
    ...sides,
    next: z.enum(['wait', 'step', 'promote', 'abort']).meta({ description: 'what the next minute would bring' }),
    bakedAt: moment.optional().meta({ description: 'the step ends once all that was counted until then is known' }),
    abortWhen: z.record(z.string(), z.unknown()).optional(),
    ifTooLittleTraffic: z.enum(['extend', 'abort', 'promote']),
    extendedAt: moment.optional().meta({ description: 'since when it goes on unjudged' }),
  })
  .meta({ id: 'GrayJudgement' });

export const readGray: Description = {
  summary: 'Read the gray publication under way, or how the last one ended',
  tags,
  answers: shows(
    'What part of the fleet is given which revision, or was.',
    z
      .object({
        revision: z.int(),
        baseRevision: z.int().meta({ description: 'what the rest ran when it began' }),
        state: z.enum(['running', 'promoted', 'aborted']),
        author: z.string(),
        note: z.string(),
        startedAt: moment,
        steps: z.array(z.object({ share: z.string(), bake: z.string() })),
        step: z.int(),
        stepSince: moment,
        reason: z.string().optional().meta({ description: 'why it ended' }),
        gray: grayShown.optional().meta({ description: 'while it is under way: who is given it' }),
        judgement: judgement.optional().meta({ description: 'while it is under way, with steps or a condition' }),
        figures: z.object(sides).optional().meta({
          id: 'GrayFigures',
          description: 'while it is under way and nobody judges it: of the last hour at most',
        }),
      })
      .meta({ id: 'GrayPublication' }),
  ),
  problems: { 404: 'There never was one.' },
};

const ended = z
  .object({ revision: z.int(), seq: z.int(), publishedAt: moment, warnings: faults.optional() })
  .meta({ id: 'GrayEnded', description: 'what the whole fleet runs now' });

export const promote: Description = {
  summary: 'Give the whole fleet what part of it has been given',
  tags,
  body: { schema: promoteBody, optional: true, examples: { noted: { note: 'an hour without a refusal more' } } },
  details: 'What a baseline that has changed since it began does not allow is among the `warnings`, and stops nobody.',
  answers: shows('The revision that is in force now.', ended),
  problems: { 409: `${NONE} Or live instances do not know what it uses.` },
};

export const abort: Description = {
  summary: 'Give the part of the fleet what the rest runs',
  details: 'The number of the revision stays taken.',
  tags,
  body: { schema: abortBody, optional: true, examples: { noted: { note: 'too many refusals' } } },
  answers: shows('The revision that is in force now.', ended),
  problems: { 409: NONE },
};
