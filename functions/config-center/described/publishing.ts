// What publishing and rolling back take and answer.
import { z } from 'zod';
import { moment, shows, type Description } from '../../api/index.ts';
import { grayBody, grayShown } from '../gray/terms.ts';
import { faults } from './problems.ts';

const note = z.string().max(1000);
/** Publishes what live instances' libraries do not know, too. */
const force = z.boolean().optional().meta({ description: 'also what the libraries of live instances do not know' });

export const publishBody = z.strictObject({
  note: note.optional(),
  expectedRevision: z.int().min(0).optional().meta({ description: 'does nothing unless this one is in force' }),
  force,
  gray: grayBody
    .optional()
    .meta({ description: 'the part of the fleet that is given it first; all of it unless given' }),
});

export const rollbackBody = z.strictObject({
  to: z.int().min(1).meta({ description: 'the revision whose document comes in force again' }),
  note: note.optional(),
  force,
});

const published = z
  .object({
    revision: z.int().meta({ description: 'in force; with `gray` the one that the part is given' }),
    seq: z.int(),
    publishedAt: moment,
    changed: z.boolean().meta({ description: 'false when it was in force already' }),
    gray: grayShown.optional(),
    warnings: faults.optional(),
  })
  .meta({ id: 'Published' });

const tags = ['rules'] as const;

export const publish: Description = {
  summary: 'Publish the draft: it comes in force everywhere within seconds',
  tags,
  headers: { 'if-match': 'Publishes only the draft that was read.' },
  body: {
    schema: publishBody,
    optional: true,
    examples: {
      noted: { note: 'twice as many orders a second' },
      gray: { note: 'to a twentieth of the clients first', gray: { share: '5%', by: 'client' } },
      steps: {
        note: 'step by step, back at once if more fails',
        gray: {
          steps: [
            { share: '5%', bake: '10m' },
            { share: '50%', bake: '30m' },
          ],
          abortWhen: { errors: '+2%', minimumSample: 500 },
        },
      },
    },
  },
  answers: shows('The revision that is in force now.', published),
  problems: {
    409: 'There is no draft, somebody else published meanwhile, a gray publication is under way, or live instances do not know what it uses.',
    412: 'The draft is not the one that `If-Match` names.',
  },
};

export const rollBack: Description = {
  summary: 'Put an old revision’s document in force, as a new revision',
  details: 'A gray publication under way is aborted by the same write.',
  tags,
  body: { schema: rollbackBody, examples: { first: { to: 1, note: 'as it was' } } },
  answers: shows('The revision that is in force now.', published),
  problems: {
    404: 'There is no such revision.',
    409: 'Somebody else published meanwhile, or live instances do not know what it uses.',
  },
};
