// What the routes of pings take and answer.
import { z } from 'zod';
import type { Answer, Description } from '../../api/index.ts';
import { PING_BODY_LIMIT } from './ping-request.ts';

const tags = ['pings'] as const;

const rid = z.string().optional().meta({ description: 'the run it tells of: a UUID that the client chose' });
const create = z.string().optional().meta({ description: '1: make a check for a slug that has none' });

const said = (description: string): Answer => ({ description, mediaTypes: ['text/plain'] });
const ok: Answer = { ...said('OK'), headers: { 'ping-body-limit': 'How many bytes of a body are kept.' } };

const details = `As [healthchecks.io](https://healthchecks.io/docs/http_api/) has it. Answers are plain text. The first ${PING_BODY_LIMIT} bytes of a body are kept.`;
const uuid = z.string().meta({ description: 'the UUID of a check' });
const uuidOrKey = z.string().meta({ description: 'the UUID of a check, or a ping key' });
const byUuid = {
  200: ok,
  400: said('The exit status is no number from 0 to 255, or rid is no UUID.'),
  404: said('There is no such check.'),
};
const bySlug = {
  ...byUuid,
  403: said('The service has as many checks as pings may make.'),
  201: { ...ok, description: 'Created: the slug had no check.' },
  409: said('Several checks have this slug.'),
};

export const ping: Description = {
  summary: 'Tell that a job has succeeded',
  details,
  tags,
  params: { key: uuid },
  query: { rid },
  otherQuery: true,
  answers: byUuid,
};

export const pingAction: Description = {
  summary: 'Tell of a job by its UUID and an action, or by a ping key and its slug',
  details: `${details} Actions are \`start\`, \`fail\`, \`log\`, and an exit status.`,
  tags,
  params: { key: uuidOrKey, slug: z.string().meta({ description: 'an action, or a slug' }) },
  query: { rid, create },
  otherQuery: true,
  answers: bySlug,
};

export const pingSlugAction: Description = {
  summary: 'Tell of a job by a ping key, its slug and an action',
  details,
  tags,
  params: {
    key: z.string().meta({ description: 'a ping key' }),
    slug: z.string().meta({ description: 'the slug of a check' }),
    action: z.string().meta({ description: 'start, fail, log, or an exit status' }),
  },
  query: { rid, create },
  otherQuery: true,
  answers: bySlug,
};
