// What the routes of services, drafts and revisions take and answer.
import { z } from 'zod';
import { ruleDocument } from '../../../middleware/kernel/rules/document.ts';
import { moment, nextPage, paging, shows, UNCHANGED, type Description } from '../../api/index.ts';
import { faults } from './problems.ts';

/** Loosely: what is in force may have been published by an older flyball. */
const document = z
  .looseObject({ apiVersion: z.literal('flyball/v1') })
  .meta({ id: 'RuleDocument', description: 'see /v1/schema/rules' });

/** As authors write it. */
const rules = ruleDocument.meta({ id: 'Rules' });

const JSON_OR_YAML = ['application/json', 'application/yaml'];
const accept = { accept: '`application/yaml` gives it as its author wrote it.' };
const ifNoneMatch = { 'if-none-match': 'The ETag of what is known: 304 while it stands.' };

const example = {
  apiVersion: 'flyball/v1',
  throttles: { everyone: { limit: '100/s' } },
};

export const listServices: Description = {
  summary: 'List the services that have rules or a draft',
  tags: ['services'],
  query: {
    prefix: z
      .string()
      .regex(/^[a-z0-9-]{0,64}$/, 'is not how the name of a service begins')
      .optional()
      .meta({ description: 'how their names begin' }),
    owner: z.string().optional().meta({ description: 'whose they are, as their rules say' }),
    tag: z
      .array(z.string())
      .optional()
      .meta({ description: 'NAME=VALUE, or the name alone for any value; several must all be there' }),
    ...paging,
  },
  answers: shows(
    'A page of services. While there is a cursor there may be more, also behind a short page.',
    z.object({
      services: z.array(
        z
          .object({
            service: z.string(),
            since: moment,
            revision: z.int().optional(),
            publishedAt: moment.optional(),
            author: z.string().optional(),
            owner: z.string().optional(),
            tags: z.record(z.string(), z.string()).optional(),
            gray: z.object({ revision: z.int() }).optional(),
            removed: z
              .object({ revision: z.int(), at: moment, by: z.string() })
              .optional()
              .meta({ description: 'its rules were removed: it has none' }),
            draft: z
              .object({ etag: z.string(), author: z.string(), updatedAt: moment, inForce: z.boolean() })
              .optional(),
          })
          .meta({ id: 'Service' }),
      ),
      ...nextPage,
    }),
  ),
};

const draftAnswer = {
  description: 'The draft.',
  schema: document,
  mediaTypes: JSON_OR_YAML,
  headers: {
    etag: 'Of the draft.',
    'last-modified': 'When it was put.',
    'flyball-draft-author': 'Who put it.',
    'flyball-draft-updated-at': 'When it was put.',
    'flyball-draft-in-force': 'Whether what is in force says the same.',
    'flyball-revision': 'The revision in force.',
  },
};
const NO_DRAFT = { 404: 'The service has no draft.' };

export const readDraft: Description = {
  summary: 'Read the draft',
  tags: ['drafts'],
  headers: { ...ifNoneMatch, ...accept },
  answers: { 200: draftAnswer, ...UNCHANGED },
  problems: NO_DRAFT,
};

export const putDraft: Description = {
  summary: 'Replace the draft; nothing comes in force',
  tags: ['drafts'],
  headers: {
    'if-match': 'Replaces only this draft.',
    'if-none-match': '`*`: only if there is none.',
    ...accept,
  },
  body: { schema: rules, yaml: true, examples: { throttled: example } },
  answers: { 200: draftAnswer },
  problems: { 412: 'Another draft stands: it is in the answer, and how what was sent differs from it.' },
};

export const validateDraft: Description = {
  summary: 'Validate a document, or without a body the draft',
  tags: ['drafts'],
  body: { schema: rules, yaml: true, optional: true, examples: { throttled: example } },
  answers: shows('It may be published.', z.object({ valid: z.literal(true), warnings: faults.optional() })),
  problems: NO_DRAFT,
};

const revision = {
  revision: z.int(),
  seq: z.int(),
  state: z.enum(['gray', 'current', 'aborted', 'past', 'removal']),
  author: z.string(),
  note: z.string(),
  publishedAt: moment,
};

export const revisionShown = z.object(revision);

export const readRules: Description = {
  summary: 'Read the rules in force',
  tags: ['rules'],
  headers: ifNoneMatch,
  answers: {
    ...shows('The document, as instances have it.', document, {
      etag: 'Of what is in force.',
      'flyball-revision': 'Its number.',
    }),
    ...UNCHANGED,
  },
  problems: { 404: 'The service has no published rules.' },
};

export const listRevisions: Description = {
  summary: 'List what has been published, newest first',
  tags: ['rules'],
  query: paging,
  answers: shows(
    'A page of revisions.',
    z.object({ revisions: z.array(z.object(revision).meta({ id: 'Revision' })), ...nextPage }),
  ),
};

export const readRevision: Description = {
  summary: 'Read a revision with its document, as it is and as its author wrote it',
  tags: ['rules'],
  params: {
    revision: z
      .string()
      .regex(/^[1-9][0-9]{0,8}$/)
      .meta({ description: 'its number' }),
  },
  headers: accept,
  answers: {
    200: {
      description: 'The revision; as YAML its source alone.',
      schema: z.object({ ...revision, document, source: z.string() }),
      mediaTypes: JSON_OR_YAML,
    },
  },
  problems: { 404: 'There is no such revision.' },
};

const version = z
  .string()
  .regex(/^(draft|gray|published|[1-9][0-9]{0,8})$/, {
    error: ({ input }) =>
      `is "${String(input).slice(0, 32)}", which is not a revision: write its number, draft, gray or published`,
  })
  .optional();

const changes = z.array(
  z.looseObject({ path: z.string(), change: z.string() }).meta({ description: 'before, after, or fields of both' }),
);

export const compare: Description = {
  summary: 'Read what differs between a version and a document, rule by rule',
  details: 'The document is validated, and compared as it would be published. Nothing of it is stored.',
  tags: ['rules'],
  query: { from: version },
  // Without an example: which service it is for stands in the path, and in the document again.
  body: { schema: rules, yaml: true },
  answers: shows(
    'From what is in force to what was sent unless the query says otherwise.',
    z.object({ from: z.string(), to: z.literal('sent'), changes, warnings: faults.optional() }),
  ),
  problems: { 404: 'There is no such version.' },
};

export const readDiff: Description = {
  summary: 'Read what differs between two versions, rule by rule',
  tags: ['rules'],
  query: { from: version, to: version },
  answers: shows(
    'From what is in force to the draft unless the query says otherwise.',
    z.object({
      from: z.string(),
      to: z.string(),
      changes,
    }),
  ),
  problems: { 404: 'There is no such version.' },
};
