// What the routes of configuration namespaces take and answer.
import { z } from 'zod';
import { moment, nextPage, paging, shows, UNCHANGED, type Description } from '../../api/index.ts';
import { faults } from '../described/problems.ts';
import * as rules from '../described/rules.ts';
import { grayShown } from '../gray/terms.ts';
import * as gray from '../gray/described.ts';
import { configGrayBody } from './gray-terms.ts';
import { NAMESPACE_PATTERN } from './names.ts';

const tags = ['config'] as const;

const params = {
  namespace: z
    .string()
    .regex(NAMESPACE_PATTERN)
    .meta({ description: '`application`; one that ends in .json, .yaml, .xml or .txt is one text' }),
};

/** JSON or YAML values of any shape: nested keys are joined by dots. */
const document = z.looseObject({}).meta({ id: 'ConfigDocument', description: 'keys and their values, nested or not' });
const values = z.record(z.string(), z.string()).meta({ id: 'ConfigValues' });

const FORMATS = ['application/json', 'application/yaml', 'text/plain', 'application/xml'];
const DETAILS =
  'Sent as JSON, YAML (`application/yaml`) or properties (`text/x-java-properties`). Of a namespace that is one text the ' +
  'body is that text, as `application/octet-stream` where it is none of these.';
const examples = { flags: { checkout: { newFlow: true, timeout: '2s' } } };
const accept = { accept: '`application/yaml` and `text/plain` (properties) give it as its author wrote it.' };
const NO_DRAFT = { 404: 'The namespace has no draft.' };
const note = z.string().max(1000);

export const publishBody = z.strictObject({
  note: note.optional(),
  expectedRevision: z.int().min(0).optional().meta({ description: 'does nothing unless this one is in force' }),
  gray: configGrayBody
    .optional()
    .meta({ description: 'the readers that are given it first; all of them unless given' }),
});

export const rollbackBody = z.strictObject({
  to: z.int().min(1).meta({ description: 'the revision whose values come in force again' }),
  note: note.optional(),
});

export const listNamespaces: Description = {
  summary: 'List the namespaces of a service’s configuration',
  tags,
  query: paging,
  answers: shows(
    'A page of namespaces.',
    z.object({
      namespaces: z.array(
        z
          .object({
            namespace: z.string(),
            since: moment,
            revision: z.int().optional(),
            publishedAt: moment.optional(),
            author: z.string().optional(),
            gray: z.object({ revision: z.int() }).optional(),
            draft: z
              .object({ etag: z.string(), author: z.string(), updatedAt: moment, inForce: z.boolean() })
              .optional(),
          })
          .meta({ id: 'ConfigNamespace' }),
      ),
      ...nextPage,
    }),
  ),
};

export const readConfig: Description = {
  summary: 'Read the configuration in force',
  tags,
  params,
  headers: { 'if-none-match': 'The ETag of what is known: 304 while it stands.' },
  answers: {
    ...shows('Keys and values; a namespace that is one text has it under `content`.', values, {
      etag: 'Of what is in force.',
      'flyball-revision': 'Its number.',
    }),
    ...UNCHANGED,
  },
  problems: { 404: 'Nothing of it has been published.' },
};

const draftAnswer = {
  ...rules.readDraft.answers[200],
  description: 'The draft.',
  schema: z.unknown(),
  mediaTypes: FORMATS,
};

export const readDraft: Description = {
  ...rules.readDraft,
  tags,
  params,
  headers: { ...rules.readDraft.headers, ...accept },
  answers: { 200: draftAnswer, ...UNCHANGED },
  problems: NO_DRAFT,
};

export const putDraft: Description = {
  ...rules.putDraft,
  details: DETAILS,
  tags,
  params,
  headers: { ...rules.putDraft.headers, ...accept },
  body: { schema: document, yaml: true, examples },
  answers: { 200: draftAnswer },
};

export const validateDraft: Description = {
  summary: 'Validate a document, or without a body the draft',
  details: DETAILS,
  tags,
  params,
  body: { schema: document, yaml: true, optional: true, examples },
  answers: shows(
    'It may be published; what looks like a secret is warned of.',
    z.object({ valid: z.literal(true), warnings: faults.optional() }),
  ),
  problems: NO_DRAFT,
};

const published = z
  .object({
    revision: z.int().meta({ description: 'in force; with `gray` the one that some readers are given' }),
    seq: z.int(),
    publishedAt: moment,
    changed: z.boolean().meta({ description: 'false when it was in force already' }),
    gray: grayShown.optional(),
    warnings: faults.optional(),
  })
  .meta({ id: 'ConfigPublished' });

export const publish: Description = {
  summary: 'Publish the draft: readers are given it when they ask next',
  tags,
  params,
  headers: { 'if-match': 'Publishes only the draft that was read.' },
  body: {
    schema: publishBody,
    optional: true,
    examples: {
      noted: { note: 'the new checkout, for everybody' },
      gray: { note: 'to one machine first', gray: { ips: ['10.0.1.7'] } },
      share: { note: 'to a twentieth of the readers', gray: { share: '5%' } },
    },
  },
  answers: shows('The revision that is in force now.', published),
  problems: {
    409: 'There is no draft, somebody else published meanwhile, or a gray publication is under way.',
    412: 'The draft is not the one that `If-Match` names.',
  },
};

export const rollBack: Description = {
  summary: 'Put an old revision’s values in force, as a new revision',
  details: 'A gray publication under way is aborted by the same write.',
  tags,
  params,
  body: { schema: rollbackBody, examples: { first: { to: 1, note: 'as it was' } } },
  answers: shows('The revision that is in force now.', published),
  problems: { 404: 'There is no such revision.', 409: 'Somebody else published meanwhile.' },
};

export const listRevisions: Description = { ...rules.listRevisions, tags, params };

export const readRevision: Description = {
  ...rules.readRevision,
  tags,
  params: { ...params, ...rules.readRevision.params },
  headers: accept,
  answers: {
    200: {
      description: 'The revision; as YAML its source alone, and of one text the text.',
      schema: rules.revisionShown.extend({ document: values, source: z.string() }),
      mediaTypes: FORMATS,
    },
  },
};

export const readDiff: Description = {
  ...rules.readDiff,
  summary: 'Read what differs between two versions, key by key',
  tags,
  params,
};
export const readGray: Description = { ...gray.readGray, tags, params };
export const promote: Description = {
  ...gray.promote,
  summary: 'Give all readers what some of them have been given',
  tags,
  params,
};
export const abort: Description = { ...gray.abort, summary: 'Give the readers what the rest is given', tags, params };
export const ofNamespace = (described: Description): Description => ({ ...described, tags, params });
