// What applying many documents takes and answers.
import { z } from 'zod';
import type { Description } from '../../api/index.ts';
import { MOST_DOCUMENTS } from '../apply-read.ts';

const flag = (description: string) => z.enum(['true', 'false'], 'is true or false').optional().meta({ description });

const violation = z.object({
  service: z.string(),
  revision: z.int(),
  errors: z.array(z.object({ path: z.string(), reason: z.string() })),
});

export const result = z
  .object({
    document: z.int().meta({ description: 'where it stands in the bundle, from 0' }),
    service: z.string().nullable(),
    kind: z.literal('baseline').optional(),
    state: z.enum(['valid', 'invalid', 'unchanged', 'drafted', 'published', 'failed', 'not-tried']),
    etag: z.string().optional(),
    revision: z.int().optional(),
    errors: z.array(z.object({ path: z.string(), reason: z.string() })).optional(),
    warnings: z.array(z.object({ path: z.string(), reason: z.string() })).optional(),
    violations: z.array(violation).optional().meta({ description: 'of a baseline: whose rules in force break it' }),
    problem: z.looseObject({ status: z.int(), code: z.string(), detail: z.string() }).optional(),
  })
  .meta({ id: 'Applied' });

export type Result = z.infer<typeof result>;

export const apply: Description = {
  summary: 'Put, and if asked publish, the rules of many services at once',
  details:
    'Several YAML documents with `---` between them, or a list in JSON, each naming its `service`, and one of them ' +
    'may be the baseline (`kind: baseline`; an editor for all services, to publish it an admin): the others are held ' +
    'against it, and it is written first. All are validated before anything is written. They are written in their ' +
    'order, one after another; the first that fails ends it. ' +
    'Applying the same again changes nothing that has been applied.',
  tags: ['rules'],
  query: {
    dryRun: flag('validates alone'),
    publish: flag('publishes each draft as well: takes the role publisher'),
    force: flag('also what the libraries of live instances do not know'),
    note: z.string().max(1000).optional().meta({ description: 'of the publications' }),
  },
  body: {
    schema: z
      .array(z.union([z.looseObject({ service: z.string() }), z.looseObject({ kind: z.literal('baseline') })]))
      .max(MOST_DOCUMENTS),
    yaml: true,
    examples: {
      one: [{ apiVersion: 'flyball/v1', service: 'orders', throttles: { everyone: { limit: '100/s' } } }],
    },
  },
  answers: {
    200: {
      description: 'What became of each document.',
      schema: z.object({ dryRun: z.boolean(), documents: z.array(result) }),
    },
  },
  problems: {
    403: 'The role does not reach, or a document is of a service that the key is not for.',
    409: 'One of them failed (`PARTLY_APPLIED`): `documents` says which are applied, which failed and which were not tried.',
    413: 'The bundle is too large.',
    422: 'Something is wrong with some of them: nothing was written, and `documents` names every error.',
  },
};
