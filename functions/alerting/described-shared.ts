// Descriptions that several routes of alerts share: of an alert, what is held back of it, and its deliveries.
import { z } from 'zod';
import { moment } from '../api/index.ts';
import { ALERT_ID } from './found.ts';
import { CONDITION_KINDS, SEVERITIES } from './condition.ts';

export const tags = ['alerts'] as const;

export const alertParams = {
  alert: z
    .string()
    .regex(ALERT_ID, 'is not the id of an alert')
    .meta({ description: 'the id of an alert, as the list has it' }),
};

export const hold = z.object({
  channel: z.string().optional().meta({ description: 'none: it holds for all' }),
  route: z.string().optional(),
  kind: z.enum(['unrouted', 'acknowledged', 'inhibited', 'silenced', 'muted', 'deferred']),
  by: z.string().optional().meta({
    description:
      'the silence, the window, the key of the alert that speaks for it, who has acknowledged it; a key for some services is told that it is an alert of another service, and not which',
  }),
  since: moment,
  until: moment.optional().meta({ description: 'none: something else than time ends it' }),
  reason: z.string(),
  recovered: z.boolean().optional().meta({ description: 'it was well again meanwhile: one line is left to tell' }),
});

export const delivery = z.object({
  id: z.string(),
  channel: z.string(),
  kind: z.enum(['firing', 'repeat', 'escalation', 'digest', 'resolved']),
  state: z.enum(['pending', 'claimed', 'sent', 'dead', 'dropped']),
  reason: z.string(),
  route: z.string().meta({ description: 'the place in the routing document that names the channel' }),
  step: z.int().optional().meta({ description: 'of the escalation' }),
  decidedAt: moment,
  notBefore: moment.optional(),
  attempts: z.int(),
  maybeSent: z.boolean().optional().meta({ description: 'nobody can tell whether it arrived' }),
  settledAt: moment.optional(),
  messageId: z.string().optional(),
  error: z.string().optional(),
});

export const limited = z.string().meta({
  description:
    'what its source asked for that the routing document forbids: `was realtime, at most high here by /limits/0`',
});

const listed = {
  id: z.string(),
  key: z.string().meta({ description: 'what it is about; the same for all of its episodes' }),
  episode: z.int(),
  status: z.enum(['firing', 'resolved']),
  kind: z.enum(CONDITION_KINDS),
  service: z.string(),
  name: z.string(),
  owner: z.string().optional(),
  severity: z.enum(SEVERITIES).meta({ description: 'as it is told by: at most what the routing document lets it be' }),
  limited: limited.optional(),
  summary: z.string(),
  since: moment.meta({
    description:
      'when it went wrong, which may be before it was noticed; of an objective when the short window of the pair that burns began',
  }),
  noticedAt: moment,
  endedAt: moment.optional(),
  acknowledged: z
    .object({
      by: z.string(),
      at: moment,
      until: moment.optional(),
      reason: z.string().optional(),
      severity: z.enum(SEVERITIES).meta({ description: 'it holds for what is no worse than this' }),
    })
    .optional(),
  held: z.array(hold),
  sendsAt: moment.optional().meta({ description: 'when the first of what is held back is sent, if it still burns' }),
  sendsInMs: z.number().optional(),
  told: z.array(z.string()).meta({ description: 'channels' }),
  failing: z
    .array(
      z.object({
        channel: z.string(),
        attempts: z.int(),
        error: z.string().optional(),
        nextAttemptAt: moment.optional().meta({ description: 'none: it is being tried, or was given up' }),
      }),
    )
    .meta({ description: 'channels that could not be told the last time they were tried' }),
};

export const alert = z.object(listed).meta({ id: 'Alert' });

export const alertDetail = z
  .object({
    ...listed,
    exception: z.array(z.string()).optional(),
    blocks: z.array(z.string()).optional(),
    because: z.string().optional().meta({
      description: 'the key of the alert it follows from, or that it is one of another service',
    }),
    failures: z.int().optional(),
    neededBy: moment.optional(),
    runbook: z.string().optional(),
    changes: z
      .array(z.object({ at: moment, what: z.string() }))
      .optional()
      .meta({
        description:
          'what was deployed and published for its service in the hour before it began, latest first; where one alert is read, and none where that cannot be told',
      }),
    tags: z.array(z.string()).optional(),
    channels: z.array(z.string()).optional(),
    reopened: z.int().meta({ description: 'how often it went wrong again within the episode' }),
    resolvedAt: moment.optional(),
    sendNow: z.object({ by: z.string(), at: moment, reason: z.string() }).optional(),
    deliveries: z.array(delivery),
    deliveriesForgotten: z.int().optional().meta({ description: 'older ones that were sent' }),
  })
  .meta({ id: 'AlertDetail' });

export const NO_ALERT = { 404: 'There is no such alert, or it is long over.' };
