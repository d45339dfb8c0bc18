// What the preview of a schedule takes and answers.
import { z } from 'zod';
import { moment, readTime, shows, type Description } from '../api/index.ts';
import { SCHEDULE_KINDS } from '../api/schedule.ts';

const MOST_RUNS = 50;

const kind = z.enum(SCHEDULE_KINDS);

export const previewBody = z.strictObject({
  schedule: z
    .string()
    .min(1)
    .max(256)
    .meta({ description: 'cron, lines of OnCalendar, or cron(…), rate(…), at(…) of EventBridge' }),
  timezone: z.string().min(1).max(64).optional().meta({ description: 'whose clock it means, by default UTC' }),
  kind: kind.optional().meta({
    description:
      'by whose rules it is read; by default its text says so. eventbridge-rule: of EventBridge itself, UTC alone',
  }),
  count: z.int().min(1).max(MOST_RUNS).optional().meta({ description: 'how many runs are shown, by default 5' }),
  from: z
    .string()
    .refine((text) => readTime(text) !== undefined, 'is not a time; write 2027-01-01T00:00:00Z')
    .optional()
    .meta({ description: 'after when; by default now. A rate is counted from here' }),
});

const change = z
  .object({
    at: moment,
    timezone: z.string(),
    direction: z.enum(['forward', 'back']),
    minutes: z.number(),
    effect: z
      .enum(['skipped', 'afterwards', 'once', 'twice', 'none'])
      .meta({ description: 'what becomes of the times that the clock skips or repeats' }),
    note: z.string(),
  })
  .meta({ id: 'ClockChange' });

const preview = z
  .object({
    kind,
    description: z.string().meta({ description: 'the schedule in words' }),
    timezone: z.string().meta({ description: 'whose clock it goes by: an OnCalendar text may say so itself' }),
    next: z.array(
      z.object({ at: moment, local: z.string().meta({ description: 'what the clock of `timezone` shows then' }) }),
    ),
    daylightSaving: z.array(change).meta({
      description:
        'changes of the clock on the day of a run, or that skip or repeat a time of the schedule before the last',
    }),
  })
  .meta({ id: 'SchedulePreview' });

export const previewSchedule: Description = {
  summary: 'Say what a schedule means and when it comes next',
  details: 'Nothing is stored. Each dialect keeps its own rules for the nights on which the clock is changed.',
  tags: ['jobs'],
  body: {
    schema: previewBody,
    examples: {
      nightly: { schedule: '30 2 * * *', timezone: 'Europe/Berlin', from: '2027-03-27T00:00:00Z' },
      weekdays: { schedule: 'Mon..Fri 02:30', timezone: 'America/New_York', count: 3 },
    },
  },
  answers: shows(
    'What it means. `next` is empty for what has been by `from`; `at(…)` in the past is refused without it.',
    preview,
  ),
};
