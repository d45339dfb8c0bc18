// What the routes take and answer by which alerts are read.
import { z } from 'zod';
import { moment, nextPage, paging, serviceParameter, shows, timeParameter, type Description } from '../api/index.ts';
import { CONDITION_KINDS, SEVERITIES } from './condition.ts';
import { alert, alertDetail, delivery, hold, limited, alertParams, NO_ALERT, tags } from './described-shared.ts';
import { LISTED } from './listing.ts';

const owner = z.string().min(1).max(128, 'is too long').meta({ description: 'whose alerts' });

export const listAlerts: Description = {
  summary: 'List alerts',
  details:
    'Those that fire, unless `status` asks for others: `held` are those of which something is held back by something else than a silence, `resolved` and `all` are listed by the day on which they began, latest first, of the last seven days or since `from`. A page may be short or empty, and others follow. `stale` and `warnings` say when nobody is told of anything.',
  tags,
  query: {
    status: z.enum(LISTED, `is one of ${LISTED.join(', ')}`).optional(),
    service: serviceParameter.optional(),
    owner: owner.optional(),
    severity: z.enum(SEVERITIES, `is one of ${SEVERITIES.join(', ')}`).optional(),
    kind: z.enum(CONDITION_KINDS, `is one of ${CONDITION_KINDS.join(', ')}`).optional(),
    from: timeParameter.optional(),
    ...paging,
  },
  answers: shows(
    'A page of alerts.',
    z.object({
      alerts: z.array(alert),
      ...nextPage,
      lookedAt: moment.optional().meta({ description: 'when the tick last looked at everything; none: it never did' }),
      stale: z.literal(true).optional().meta({ description: 'it has not for five minutes: what is new is missing' }),
      warnings: z.array(z.string()).optional().meta({ description: 'why nobody may be told; without any, none' }),
    }),
  ),
};

export const readAlert: Description = {
  summary: 'Read an alert, with all that was decided and sent',
  tags,
  params: alertParams,
  answers: shows('The alert.', alertDetail),
  problems: NO_ALERT,
};

export const whyAlert: Description = {
  summary: 'Why an alert was told to whom it was, and why not to others',
  details:
    'The routes that were looked at, each channel that they name with what stands for or against it, and what has happened so far.',
  tags,
  params: alertParams,
  answers: shows(
    'Each delivery and each non-delivery, by its rule.',
    z.object({
      id: z.string(),
      status: z.enum(['firing', 'resolved']),
      at: moment,
      routingRevision: z.int().optional().meta({ description: 'the routing that is in force' }),
      limited: limited.optional(),
      routes: z.array(
        z.object({
          route: z.string().meta({ description: 'its place in the routing document' }),
          fits: z.boolean(),
          decides: z.boolean().meta({ description: 'its channels are told' }),
          because: z.string().optional().meta({ description: 'why it does not fit' }),
        }),
      ),
      channels: z.array(
        z.object({
          channel: z.string(),
          route: z.string(),
          step: z.int().optional().meta({ description: 'of the escalation' }),
          named: z.string().optional().meta({ description: 'who wants it told: the route, the check, its owner' }),
          decision: z.string().meta({ description: 'the state of the last delivery, the kind of hold, or waiting' }),
          reason: z.string(),
          deliveries: z.array(delivery),
          hold: hold.optional(),
        }),
      ),
      nobody: z.string().optional().meta({ description: 'why there is nobody to tell' }),
      trail: z.array(z.object({ at: moment, what: z.string(), channel: z.string().optional(), detail: z.string() })),
      trailForgotten: z.int().optional().meta({ description: 'entries of its middle that are not kept' }),
    }),
  ),
  problems: NO_ALERT,
};

export const listDeliveries: Description = {
  summary: 'List what could not be delivered, latest first',
  details: 'Of the last 90 days; what has been tried again since is not listed. A page may be short.',
  tags,
  query: { state: z.literal('dead', 'is dead').optional(), ...paging },
  answers: shows(
    'A page of deliveries.',
    z.object({
      deliveries: z.array(
        delivery.extend({ alert: z.string(), key: z.string(), service: z.string(), summary: z.string() }),
      ),
      ...nextPage,
    }),
  ),
};

export const report: Description = {
  summary: 'Count the alerts of a week by rule: what nobody acts on is noise',
  tags,
  query: {
    week: z
      .string()
      .regex(/^\d{4}-W\d{2}$/, 'is not a week; write 2026-W47')
      .optional()
      .meta({ description: 'as ISO 8601 counts them, UTC; the present one at the latest, and by default' }),
  },
  answers: shows(
    'By rule; those that told people most and made them act least come first.',
    z.object({
      week: z.string(),
      from: moment,
      until: moment,
      complete: z.boolean().meta({ description: 'false when there are more alerts than are counted' }),
      rules: z.array(
        z.object({
          kind: z.enum(CONDITION_KINDS),
          service: z.string(),
          name: z.string(),
          fired: z.int().meta({ description: 'alerts that began in the week' }),
          sent: z.int().meta({ description: 'of these somebody was told' }),
          messages: z.int(),
          held: z.int().meta({ description: 'of these nobody was told while they burned' }),
          acknowledged: z.int(),
          ignored: z.int().meta({ description: 'told, over, and acknowledged by nobody' }),
          medianToAcknowledgeMs: z.number().optional(),
          dead: z.int().meta({ description: 'messages that could not be delivered' }),
        }),
      ),
    }),
  ),
};
