// What the routes of checks take and answer: healthchecks.io's management API.
import { z } from 'zod';
import type { Answer, Description } from '../../api/index.ts';

const tags = ['checks'] as const;
const details = 'As [healthchecks.io](https://healthchecks.io/docs/api/) has it, its older versions included.';
const version = z.enum(['v1', 'v2', 'v3']).meta({ description: 'of the API' });
const check = z.string().meta({ description: 'the UUID of a check, or its unique key where it is read' });
const params = { version };
const ofCheck = { version, check };

const service = z.string().optional().meta({ description: 'whose checks; needed by a key for several services alone' });

const shown = z
  .object({
    name: z.string(),
    slug: z.string(),
    tags: z.string().meta({ description: 'words with spaces between' }),
    desc: z.string(),
    grace: z.number().meta({ description: 'seconds' }),
    n_pings: z.number(),
    status: z.enum(['new', 'up', 'grace', 'down', 'paused', 'started']),
    started: z.boolean(),
    last_ping: z.string().nullable(),
    next_ping: z.string().nullable(),
    manual_resume: z.boolean(),
    methods: z.enum(['', 'POST']),
    subject: z.string(),
    subject_fail: z.string(),
    start_kw: z.string(),
    success_kw: z.string(),
    failure_kw: z.string(),
    filter_subject: z.boolean(),
    filter_body: z.boolean(),
    filter_http_body: z.boolean(),
    filter_default_fail: z.boolean(),
    badge_url: z.string(),
    last_duration: z.number().optional().meta({ description: 'seconds' }),
    unique_key: z.string().optional().meta({ description: 'instead of what lets one ping, for keys that only read' }),
    uuid: z.string().optional(),
    ping_url: z.string().optional(),
    update_url: z.string().optional(),
    pause_url: z.string().optional(),
    resume_url: z.string().optional(),
    channels: z.string().optional(),
    timeout: z.number().optional().meta({ description: 'seconds' }),
    schedule: z.string().optional(),
    tz: z.string().optional(),
  })
  .meta({ id: 'Check' });

/** What is set of a check. The reasons for a refusal are healthchecks.io's own, so the door does not check it. */
const spec = z
  .looseObject({
    name: z.string().max(100).optional(),
    slug: z
      .string()
      .max(100)
      .regex(/^[a-z0-9-_]*$/)
      .optional(),
    tags: z.string().max(500).optional(),
    desc: z.string().optional(),
    timeout: z.int().min(60).max(31_536_000).optional(),
    grace: z.int().min(60).max(31_536_000).optional(),
    schedule: z.string().max(100).optional(),
    tz: z.string().optional(),
    manual_resume: z.boolean().optional(),
    methods: z.enum(['', 'POST']).optional(),
    channels: z.string().optional(),
    unique: z.array(z.enum(['name', 'slug', 'tags', 'timeout', 'grace'])).optional(),
  })
  .meta({ id: 'CheckSpec' });

const error = z.object({ error: z.string() }).meta({ id: 'CheckError' });
const body = { schema: spec, optional: true } as const;

const refusals: Readonly<Record<number, Answer>> = {
  400: { description: 'What was sent is not what this takes.', schema: error },
  401: { description: 'No key, none that is known, or one that may only read.', schema: error },
  403: { description: 'The key is for other services; to who makes one: there are 1,000 already.' },
  404: { description: 'There is no such thing.', schema: error },
  429: { description: 'Too many requests.', schema: error },
  500: { description: 'Something failed here.', schema: error },
  503: { description: 'The table does not answer, or a newer version has written what is asked for.', schema: error },
};
const tooLarge: Readonly<Record<number, Answer>> = { 413: { description: 'The body is too large.', schema: error } };

const shows = (description: string, schema: z.ZodType): Readonly<Record<number, Answer>> => ({
  200: { description, schema },
  ...refusals,
});

export const listChecks: Description = {
  summary: 'List the checks of a service',
  details,
  tags,
  params,
  query: {
    service,
    slug: z.string().optional().meta({ description: 'those with this slug' }),
    tag: z.array(z.string()).optional().meta({ description: 'those with all of these tags' }),
  },
  otherQuery: true,
  answers: shows('The checks.', z.object({ checks: z.array(shown) })),
};

export const createCheck: Description = {
  summary: 'Make a check, or change the one that is the same in what `unique` names',
  details,
  tags,
  params,
  query: { service },
  otherQuery: true,
  body,
  answers: {
    ...shows('The check that was changed.', shown),
    201: { description: 'The new check.', schema: shown },
    ...tooLarge,
  },
};

const one = (summary: string): Description => ({
  summary,
  details,
  tags,
  params: ofCheck,
  otherQuery: true,
  answers: shows('The check.', shown),
});

export const readCheck: Description = one('Read a check');
export const updateCheck: Description = {
  ...one('Change a check'),
  body,
  answers: { ...shows('The check.', shown), ...tooLarge },
};
export const deleteCheck: Description = one('Delete a check');
export const pauseCheck: Description = {
  ...one('Expect nothing of a check until it is pinged, or resumed'),
  body,
  answers: { ...shows('The check.', shown), ...tooLarge },
};
export const resumeCheck: Description = {
  ...one('Take a paused check for a new one'),
  body,
  answers: {
    ...shows('The check.', shown),
    409: { description: 'It is not paused.', schema: error },
    ...tooLarge,
  },
};

export const listPings: Description = {
  summary: 'List the newest thousand pings of a check, newest first',
  details,
  tags,
  params: ofCheck,
  otherQuery: true,
  answers: shows(
    'The pings.',
    z.object({
      pings: z.array(
        z.object({
          type: z.enum(['success', 'start', 'fail', 'log', 'ign']),
          date: z.string(),
          n: z.number(),
          scheme: z.string(),
          remote_addr: z.string().nullable(),
          method: z.string(),
          ua: z.string(),
          rid: z.string().nullable(),
          body_url: z.string().nullable(),
          duration: z.number().optional().meta({ description: 'seconds' }),
        }),
      ),
    }),
  ),
};

export const readPingBody: Description = {
  summary: 'Read the body of a ping',
  details,
  tags,
  params: { ...ofCheck, n: z.string().meta({ description: 'the number of the ping' }) },
  otherQuery: true,
  answers: { ...refusals, 200: { description: 'The body, as it was sent.', mediaTypes: ['text/plain'] } },
};

const seconds = (description: string) => z.string().optional().meta({ description });

export const listFlips: Description = {
  summary: 'List the changes of a check’s status, newest first',
  details,
  tags,
  params: ofCheck,
  query: {
    seconds: seconds('of so many seconds until now'),
    start: seconds('from this second of the epoch on'),
    end: seconds('before this second of the epoch'),
  },
  otherQuery: true,
  answers: shows(
    'The changes.',
    z.object({ flips: z.array(z.object({ timestamp: z.string(), up: z.union([z.literal(0), z.literal(1)]) })) }),
  ),
};

export const listChannels: Description = {
  summary: 'List where alerts of checks may go',
  details,
  tags,
  params,
  otherQuery: true,
  answers: shows(
    'The channels.',
    z.object({ channels: z.array(z.object({ id: z.string(), name: z.string(), kind: z.string() })) }),
  ),
};

export const listBadges: Description = {
  summary: 'List the addresses of badges, by tag',
  details,
  tags,
  params,
  query: { service },
  otherQuery: true,
  answers: shows('The addresses.', z.object({ badges: z.record(z.string(), z.record(z.string(), z.string())) })),
};

const badge: Description['answers'] = {
  200: {
    description: 'The badge.',
    schema: z.looseObject({ status: z.string().optional() }),
    mediaTypes: ['image/svg+xml', 'application/json'],
  },
  404: { description: 'There is no such badge.' },
};
const file = z.string().meta({ description: 'a name and .svg, .json or .shields' });

export const readBadge: Description = {
  summary: 'Show how a check stands',
  details,
  tags: ['badges'],
  params: { states: z.string().meta({ description: '3 to tell late from up, else 2' }), file },
  otherQuery: true,
  answers: badge,
};

export const readTagBadge: Description = {
  summary: 'Show how the checks with a tag stand',
  details,
  tags: ['badges'],
  params: { key: z.string(), signature: z.string(), file },
  otherQuery: true,
  answers: badge,
};

export const readAllBadge: Description = {
  summary: 'Show how all checks of a service stand',
  details,
  tags: ['badges'],
  params: { key: z.string(), file },
  otherQuery: true,
  answers: badge,
};

export const preflight: Description = {
  summary: 'Tell a browser that any page may ask',
  tags,
  // Whatever is asked about: what there is, is told to whoever has a key.
  params: { version: z.string(), check: z.string(), n: z.string() },
  otherQuery: true,
  answers: { 204: { description: 'It may.', headers: { 'access-control-allow-methods': 'How.' } } },
};
