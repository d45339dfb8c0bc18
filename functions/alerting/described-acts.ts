// What the routes take and answer by which people act on alerts, and try channels.
import { z } from 'zod';
import { readTime, reasonGiven, shows, type Description } from '../api/index.ts';
import { alertDetail, delivery, alertParams, NO_ALERT, tags } from './described-shared.ts';
import { DELIVERY_ID } from './found.ts';

const time = z.string().refine((text) => readTime(text) !== undefined, 'is not a time; write 2027-01-01T00:00:00Z');

export const acknowledgeBody = z.strictObject({
  until: time.optional().meta({ description: 'then it counts as not acknowledged again' }),
  reason: reasonGiven.optional(),
});
/** Nothing is to be said. */
export const emptyBody = z.strictObject({});
export const sendNowBody = z.strictObject({ reason: reasonGiven });

const answers = shows('The alert as it stands then.', alertDetail);

export const acknowledge: Description = {
  summary: 'Say that you have seen an alert: nobody is told again',
  details:
    'Until it is over, or the time has come, or it turns worse than it was when you saw it. What is wrong with a job counts as seen there, too.',
  tags,
  params: alertParams,
  body: {
    schema: acknowledgeBody,
    optional: true,
    examples: { seen: { reason: 'we are on it', until: '2099-01-01T06:00:00Z' } },
  },
  answers,
  problems: { ...NO_ALERT, 409: 'It is over.', 422: 'The time has passed.' },
};

export const unacknowledge: Description = {
  summary: 'Take back that you have seen an alert',
  tags,
  params: alertParams,
  answers,
  problems: { ...NO_ALERT, 409: 'Nobody has acknowledged it, or it is over.' },
};

export const sendNow: Description = {
  summary: 'Send what is held back of an alert, with the next tick',
  details: 'Holds are passed over once: mute windows, silences and the hour of its owner.',
  tags,
  params: alertParams,
  body: { schema: sendNowBody, examples: { now: { reason: 'the market opens early today' } } },
  answers,
  problems: { ...NO_ALERT, 409: 'It is over.' },
};

export const retry: Description = {
  summary: 'Try a delivery again that was given up',
  tags,
  params: {
    id: z.string().regex(DELIVERY_ID, 'is not the id of a delivery').meta({ description: 'the id of a delivery' }),
  },
  body: { schema: emptyBody, optional: true, examples: { empty: {} } },
  answers: shows('The delivery as it stands then.', delivery.extend({ alert: z.string() })),
  problems: { 404: 'There is no such delivery.', 409: 'It was not given up, or a later one to its channel stands.' },
};

export const testChannel: Description = {
  summary: 'Send a test message to a channel of the routing document',
  tags,
  body: { schema: emptyBody, optional: true, examples: { empty: {} } },
  answers: shows(
    'It was taken by the other side.',
    z.object({ channel: z.string(), type: z.string(), delivered: z.literal(true), messageId: z.string() }),
  ),
  problems: {
    404: 'There is no such channel, or no routing document.',
    502: 'It was not delivered; `detail` says why, and `retryable` whether trying again can help.',
  },
};
