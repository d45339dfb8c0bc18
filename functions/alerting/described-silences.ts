// What the routes of silences take and answer.
import { z } from 'zod';
import { moment, readTime, reasonGiven, shows, type Description } from '../api/index.ts';
import { tags } from './described-shared.ts';
import { matcher, narrowing } from './routing/schema.ts';
import { MATCH_BYTES } from './silence-room.ts';

const time = z.string().refine((text) => readTime(text) !== undefined, 'is not a time; write 2027-01-01T00:00:00Z');

export const silenceBody = z.strictObject({
  match: narrowing.refine((match) => Buffer.byteLength(JSON.stringify(match)) <= MATCH_BYTES, {
    error: `is longer than ${MATCH_BYTES} bytes; use stars, or several silences`,
  }),
  from: time.optional().meta({ description: 'default: now; 90 days away at most' }),
  until: time.optional().meta({ description: '90 days later at most; what still burns then is sent' }),
  for: z.string().max(32).optional().meta({ description: 'in place of until: 30m, 2h; 90d at most' }),
  reason: reasonGiven,
});

const silence = z
  .object({
    id: z.string(),
    match: matcher,
    from: moment,
    until: moment,
    reason: z.string(),
    by: z.string(),
    inForce: z.boolean(),
    state: z.enum(['pending', 'active', 'expired']).meta({ description: 'expired: its time is over, or was ended' }),
    matchedAt: moment.optional().meta({ description: 'when it last kept somebody from being told, to the hour' }),
    ended: z.object({ at: moment, by: z.string() }).optional(),
    forgotten: z.string().optional().meta({ description: 'it has kept nobody from being told for a week' }),
    endsSoon: z.literal(true).optional().meta({ description: 'within a day, and the last quarter of its time' }),
  })
  .meta({ id: 'Silence' });

export const listSilences: Description = {
  summary: 'List silences that hold or are to come, those that end first before the others',
  tags,
  query: {
    all: z.enum(['true', 'false'], 'is true or false').optional().meta({ description: 'also those that are over' }),
  },
  answers: shows(
    'The silences.',
    z.object({
      silences: z.array(silence),
      unreadable: z.int().optional().meta({ description: 'how many a newer flyball has written' }),
    }),
  ),
};

export const putSilence: Description = {
  summary: 'Silence the alerts that fit, for a time and with a reason',
  tags,
  body: {
    schema: silenceBody,
    examples: {
      move: {
        match: { service: ['settlement'], kind: ['job'] },
        until: '2027-01-01T06:00:00Z',
        reason: 'the database is being moved',
      },
      hours: { match: { name: ['nightly*'], tag: ['team:data'] }, for: '2h', reason: 'it is started by hand today' },
    },
  },
  answers: {
    201: {
      description: 'The silence.',
      schema: silence.extend({ matches: z.int().meta({ description: 'how many alerts fire now that fit' }) }),
    },
  },
  problems: {
    409: 'There are as many as may be, those that are kept after their time among them.',
    422: 'It would never hold, for more than 90 days, or only after them; or it does not say for how long.',
  },
};

export const endSilence: Description = {
  summary: 'End a silence: what still burns is sent with the next tick',
  tags,
  answers: shows('The silence, which is over.', silence),
  problems: { 404: 'There is no such silence.', 409: 'It is over already.' },
};
