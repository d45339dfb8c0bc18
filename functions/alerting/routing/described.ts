// What the routes of the routing document take and answer.
import { z } from 'zod';
import { moment, nextPage, paging, shows, UNCHANGED, type Description } from '../../api/index.ts';
import { routingDocument } from './schema.ts';

const note = z.string().max(1000);

export const rollbackBody = z.strictObject({
  to: z.int().min(1).meta({ description: 'the revision whose document comes in force again' }),
  note: note.optional(),
});

const fieldError = z.object({ path: z.string().meta({ description: 'a JSON pointer' }), reason: z.string() });
const warnings = z.array(fieldError).optional().meta({ description: 'what is probably not meant; without any, none' });
const changes = z.array(
  z.looseObject({ path: z.string(), change: z.enum(['added', 'removed', 'changed', 'renamed']) }),
);

const limited = z
  .array(
    z.object({
      alert: z.string().meta({ description: 'its id' }),
      key: z.string(),
      limited: z.string().meta({ description: '`was realtime, at most high here by /limits/0`' }),
    }),
  )
  .optional()
  .meta({ description: 'of alerts that fire now, those that its limits would hold back; none of a document without' });

const published = z.object({
  dryRun: z.literal(true).optional(),
  revision: z.int().optional().meta({ description: 'in force; none of a dry run' }),
  publishedAt: moment.optional(),
  changed: z.boolean().meta({ description: 'false when it was in force already' }),
  changes,
  limited,
  warnings,
});

const revision = {
  revision: z.int(),
  state: z.enum(['current', 'past', 'gray', 'aborted', 'removal']),
  author: z.string(),
  note: z.string(),
  publishedAt: moment,
};

const tags = ['alerts'] as const;
const YAML = ['application/json', 'application/yaml'];
const INVALID = {
  413: 'It is too large.',
  415: 'It is neither JSON nor YAML.',
  422: 'It has errors: every one of them.',
};
const example = {
  apiVersion: 'flyball/v1',
  owners: { 'team-orders': { timezone: 'Europe/Berlin', deferUntil: '08:00', channels: ['orders-topic'] } },
  channels: { 'orders-topic': { type: 'sns', topic: 'arn:aws:sns:eu-central-1:123456789012:orders' } },
  route: { channels: ['orders-topic'] },
};
const etag = { etag: 'Of what is in force.', 'flyball-revision': 'Its number.' };

export const readRouting: Description = {
  summary: 'Read the routing document of alerts',
  tags,
  headers: { 'if-none-match': 'The ETag of what is known.', accept: 'application/yaml gives it as it was written.' },
  answers: {
    200: { description: 'The document in force.', schema: routingDocument, mediaTypes: YAML, headers: etag },
    ...UNCHANGED,
  },
  problems: { 404: 'There is none, and nobody is told of alerts.' },
};

export const putRouting: Description = {
  summary: 'Put the routing document of alerts in force',
  details: 'The next tick goes by it, within a minute: also for alerts that are firing already.',
  tags,
  headers: {
    'if-match': 'Replaces only the document that was read.',
    'if-none-match': '`*`: only if there is none.',
  },
  query: {
    dryRun: z
      .enum(['true', 'false'], 'is true or false')
      .optional()
      .meta({ description: 'validates and compares alone' }),
    note: note.optional().meta({ description: 'why, for the revisions and the audit log' }),
  },
  body: { schema: routingDocument, yaml: true, examples: { example } },
  answers: shows('What is in force now, and what has changed.', published, etag),
  problems: {
    412: 'Another document is in force by now; what was sent differs from it by `changes`.',
    428: 'It was not said which document is to be replaced.',
    ...INVALID,
  },
};

export const validateRoute: Description = {
  summary: 'Validate a routing document without putting it in force',
  tags,
  body: { schema: routingDocument, yaml: true, examples: { example } },
  answers: shows('It may be put in force.', z.object({ valid: z.literal(true), changes, limited, warnings })),
  problems: INVALID,
};

export const listRoutingRevisions: Description = {
  summary: 'List the revisions of the routing document, newest first',
  tags,
  query: paging,
  answers: shows('A page of revisions.', z.object({ revisions: z.array(z.object(revision)), ...nextPage })),
};

export const readRoutingRevision: Description = {
  summary: 'Read a revision of the routing document',
  tags,
  params: {
    revision: z
      .string()
      .regex(/^[1-9][0-9]{0,8}$/, 'is not the number of a revision')
      .meta({ description: 'a number' }),
  },
  answers: shows(
    'The revision.',
    z.object({
      ...revision,
      document: routingDocument,
      source: z.string().meta({ description: 'as it was written, YAML or JSON' }),
    }),
  ),
  problems: { 404: 'There is no such revision.' },
};

export const rollBackRouting: Description = {
  summary: 'Put an old routing document in force again, as a new revision',
  tags,
  body: { schema: rollbackBody, examples: { first: { to: 1, note: 'as it was' } } },
  answers: shows('What is in force now, and what has changed.', published, etag),
  problems: {
    404: 'There is no such revision.',
    412: 'Somebody else put another document in force meanwhile.',
    422: 'The old document is not valid any more.',
  },
};
