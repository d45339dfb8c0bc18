// What a document expects of its jobs: when they are to start, and what their runs can be held to.
import { z } from 'zod';
import { parseRate } from '../../rates.ts';
import { parseFailures, parseMedianShare, parseTimeOfDay, parseTimes } from '../job-terms.ts';
import { once, recurring } from './planned.ts';
import { duration, parsed } from './values.ts';

const MOST_PAUSES = 50;
const MOST_AWAITED = 10;
const MOST_TAGS = 20;
const JOB_ID = /^([a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?:)?[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?$/;
const TAG = /^[A-Za-z0-9][A-Za-z0-9_.:/-]{0,63}$/;

const bound = z.union(
  [z.number().min(0), parsed(parseMedianShare, '50% of the median of 10')],
  'a number, or such as 50% of the median of 10',
);
const counted = z.strictObject({ atLeast: bound.optional(), atMost: bound.optional() }).optional();

const pause = z.union([once, recurring], 'a pause has from and to, or schedule and for');

const alert = z.strictObject({
  severity: z.enum(['realtime', 'high', 'deferred']).optional().meta({
    description: 'realtime wakes somebody; deferred waits for the owner’s hour; by itself realtime if blocking',
  }),
  runbook: z
    .url({ protocol: /^https?$/, error: 'an address such as https://wiki.example/nightly' })
    .max(512)
    .optional()
    .meta({ description: 'where it says what to do' }),
  deferUntil: parsed(parseTimeOfDay, '08:00')
    .optional()
    .meta({ description: 'in the owner’s zone: until when it is held, in place of the owner’s hour' }),
});

export const job = z.strictObject({
  schedule: z.string().min(1).max(256).meta({ description: 'cron(0 2 * * ? *), rate(5 minutes) or five cron fields' }),
  timezone: z.string().min(1).max(64).optional(),
  startDeadline: duration.optional(),
  finishBy: parsed(parseTimeOfDay, '06:00')
    .optional()
    .meta({ since: '0.3.0', description: 'in the timezone: by when the slot before it is to have succeeded' }),
  maxRuntime: duration.optional(),
  minRuntime: duration.optional().meta({ since: '0.3.0', description: 'a success that took less is a failure' }),
  noHeartbeatFor: duration
    .optional()
    .meta({ since: '0.3.0', description: 'a run that has not been heard of for so long is lost; 30s at least' }),
  failures: parsed(parseFailures, '2 of 5')
    .optional()
    .meta({ since: '0.3.0', description: 'it is failed when so many of its last runs are; by itself 1 of 1' }),
  notMoreThan: parsed(parseRate, '1/h, 2/10m').optional().meta({
    since: '0.3.0',
    description: 'starts beyond it are marked, but for those of the schedule and tries after a failure',
  }),
  overlap: z
    .enum(['allow', 'forbid'])
    .optional()
    .meta({ since: '0.3.0', description: 'forbid marks a run that begins while another is running' }),
  expect: z
    .strictObject({ read: counted, written: counted, failed: counted })
    .optional()
    .meta({ since: '0.3.0', description: 'what a success must have counted; one that breaks it is a failure' }),
  duration: z
    .strictObject({ anomaly: parsed(parseTimes, '3x') })
    .optional()
    .meta({ since: '0.3.0', description: 'marks successes that took so many times more, or less, than the median' }),
  pauses: z
    .array(pause)
    .min(1)
    .max(MOST_PAUSES)
    .optional()
    .meta({ since: '0.3.0', description: 'no slot in them is expected' }),
  after: z
    .array(z.string().check(z.regex(JOB_ID, 'a job, or service:job of another service')))
    .min(1)
    .max(MOST_AWAITED)
    .optional()
    .meta({
      since: '0.3.0',
      description: 'jobs it waits for: when one has failed, its own failure is because of that',
    }),
  blocking: z.boolean().optional().meta({ since: '0.3.0', description: 'business stands still when it fails' }),
  announced: z.boolean().optional().meta({
    since: '0.3.0',
    description: 'instances of other services know when a run is under way, for their pausedWhile',
  }),
  owner: z.string().min(1).max(128).optional(),
  alert: alert.optional().meta({ since: '0.3.0', description: 'how somebody is told that it is wrong' }),
  tags: z
    .array(z.string().check(z.regex(TAG, 'a tag is 1 to 64 letters, digits and _ . : / -, a letter or digit first')))
    .min(1)
    .max(MOST_TAGS)
    .optional()
    .meta({ since: '0.3.0', description: 'what it is found by' }),
});
