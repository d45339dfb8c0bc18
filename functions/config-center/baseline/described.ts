// What the routes of the baseline take and answer.
import { z } from 'zod';
import { nextPage, paging, type Description } from '../../api/index.ts';
import { readSchemaOf } from '../described/open.ts';
import { publishBody, rollbackBody } from './publishing.ts';
import { baselineDocument } from './schema.ts';

const moment = z.string().meta({ description: 'ISO 8601, UTC' });

const fieldError = z.object({ path: z.string().meta({ description: 'a JSON pointer' }), reason: z.string() });

const violations = {
  violations: z.array(z.object({ service: z.string(), revision: z.int(), errors: z.array(fieldError) })),
  looked: z.int().meta({ description: 'how many services were looked at' }),
  ...nextPage,
};

const warnings = z
  .array(fieldError)
  .optional()
  .meta({ description: 'guardrails that look strict and are not; without any, none' });

const published = z.object({
  revision: z.int(),
  seq: z.int(),
  publishedAt: moment,
  changed: z.boolean(),
  ...violations,
  warnings,
});

const revision = {
  revision: z.int(),
  seq: z.int(),
  state: z.enum(['gray', 'current', 'aborted', 'past']),
  author: z.string(),
  note: z.string(),
  publishedAt: moment,
};

const change = z.looseObject({ path: z.string(), change: z.enum(['added', 'removed', 'changed', 'renamed']) });

const tags = ['baseline'] as const;
const YAML = ['application/json', 'application/yaml'];
const NO_DRAFT = { 404: 'There is no draft of it.' };
const NONE = { 404: 'No baseline has been published.' };
const INVALID = {
  413: 'It is too large.',
  415: 'It is neither JSON nor YAML.',
  422: 'It has errors: every one of them.',
};
const example = {
  apiVersion: 'flyball/v1',
  kind: 'baseline',
  defaults: { dependencies: { '*': { attemptTimeout: '2s' } } },
  guardrails: { 'breakers-everywhere': { at: '/dependencies/*/breaker', required: true } },
};
const draftHeaders = {
  etag: 'Of the draft.',
  'flyball-draft-author': 'Who put it.',
  'flyball-draft-updated-at': 'When.',
  'flyball-draft-in-force': 'Whether what is in force says the same.',
  'flyball-revision': 'The revision in force.',
};

export const readSchema = readSchemaOf('baselines');

export const getBaseline: Description = {
  summary: 'Read the baseline in force',
  tags,
  headers: { 'if-none-match': 'The ETag of what is known: 304 while it stands.' },
  answers: {
    200: {
      description: 'The baseline.',
      schema: baselineDocument,
      headers: { etag: 'Of what is in force.', 'flyball-revision': 'Its number.' },
    },
    304: { description: 'What is known still stands.' },
  },
  problems: NONE,
};

export const readDraft: Description = {
  summary: 'Read the draft of the baseline',
  tags,
  headers: { 'if-none-match': 'The ETag of what is known.', accept: 'application/yaml gives it as it was written.' },
  answers: {
    200: { description: 'The draft.', schema: baselineDocument, mediaTypes: YAML, headers: draftHeaders },
    304: { description: 'What is known still stands.' },
  },
  problems: NO_DRAFT,
};

export const putDraft: Description = {
  summary: 'Put the draft of the baseline',
  details: 'Nothing changes before it is published, and no rules in force change then either.',
  tags,
  headers: { 'if-match': 'Replace only this draft.', 'if-none-match': '`*`: only if there is none.' },
  body: { schema: baselineDocument, yaml: true, examples: { example } },
  answers: { 200: { description: 'The draft.', schema: baselineDocument, mediaTypes: YAML, headers: draftHeaders } },
  problems: { 412: 'Another draft stands; both are in the answer.', ...INVALID },
};

export const validateDraft: Description = {
  summary: 'Validate a baseline, and see whose rules would break it',
  details: 'Of the body, or without one of the stored draft.',
  tags,
  body: { schema: baselineDocument, yaml: true, optional: true, examples: { example } },
  answers: {
    200: { description: 'It may be published.', schema: z.object({ valid: z.literal(true), ...violations, warnings }) },
  },
  problems: { ...NO_DRAFT, ...INVALID },
};

export const publish: Description = {
  summary: 'Publish the draft of the baseline',
  details: 'No rules in force change: a service meets the baseline when it is validated or published next.',
  tags,
  headers: { 'if-match': 'Publish only this draft.' },
  body: { schema: publishBody, optional: true, examples: { first: { note: 'a deadline for everybody' } } },
  answers: { 200: { description: 'What is in force, and whose rules break it.', schema: published } },
  problems: {
    409: 'There is no draft, or somebody else published meanwhile.',
    412: 'The draft is another one by now.',
    ...INVALID,
  },
};

export const rollback: Description = {
  summary: 'Put an old baseline in force, as a new revision',
  tags,
  body: { schema: rollbackBody, examples: { first: { to: 1 } } },
  answers: { 200: { description: 'What is in force, and whose rules break it.', schema: published } },
  problems: {
    403: 'The role does not reach, or it asks for fewer approvals than the one in force: that takes others.',
    ...{ 404: 'There is no such revision.', 409: 'Somebody else published meanwhile.', ...INVALID },
  },
};

export const listRevisions: Description = {
  summary: 'List the revisions of the baseline, newest first',
  tags,
  query: paging,
  answers: {
    200: { description: 'A page.', schema: z.object({ revisions: z.array(z.object(revision)), ...nextPage }) },
  },
};

export const readRevision: Description = {
  summary: 'Read a revision of the baseline',
  tags,
  params: { revision: z.string().regex(/^[1-9][0-9]{0,8}$/, 'is not the number of a revision') },
  headers: { accept: 'application/yaml gives its source as it was written.' },
  answers: {
    200: {
      description: 'With its document and source.',
      schema: z.object({ ...revision, document: baselineDocument, source: z.string() }),
      mediaTypes: YAML,
    },
  },
  problems: { 404: 'There is no such revision.' },
};

const version = z
  .string()
  .regex(/^(draft|published|[1-9][0-9]{0,8})$/, 'is not a revision: write its number, draft or published')
  .optional();

export const diff: Description = {
  summary: 'See what differs between two versions of the baseline',
  tags,
  query: { from: version, to: version },
  answers: {
    200: {
      description: 'What differs, by name.',
      schema: z.object({ from: z.string(), to: z.string(), changes: z.array(change) }),
    },
  },
  problems: { 404: 'There is no such version.' },
};

export const violationsPage: Description = {
  summary: 'See which services’ rules in force break the baseline',
  details: '`limit` services are looked at for a page: it may name fewer, or none, while there is a cursor.',
  tags,
  query: {
    ...paging,
    of: z
      .enum(['published', 'draft'], 'is published or draft')
      .optional()
      .meta({ description: 'which baseline; published unless given' }),
  },
  answers: { 200: { description: 'A page.', schema: z.object(violations) } },
  problems: { 404: 'There is no such baseline.' },
};
