// What a routing document may say: who owns what, the channels there are, and the tree that leads an alert to them.
import { z } from 'zod';
import { parseTimeOfDay } from '../../../middleware/kernel/rules/job-terms.ts';
import { listed, name, parsed, pattern, rulesOf } from '../../../middleware/kernel/rules/schema/values.ts';
import { parseDuration } from '../../../middleware/kernel/units.ts';
import { checkTimezone } from '../../../middleware/kernel/zone.ts';
import { channelConfig } from '../channels/config.ts';
import { CONDITION_KINDS, SEVERITIES } from '../condition.ts';
import { GROUP_FIELDS } from './document.ts';
import { END_OF_DAY } from './owners.ts';
import { weekdaysOfOne } from './weekdays.ts';

export const MOST_CHANNELS = 200;
const MOST_OWNERS = 500;
const MOST_WINDOWS = 100;
const MOST_TIMES = 20;
const MOST_CHILDREN = 200;
const MOST_STEPS = 10;
const MOST_INHIBITIONS = 50;
const MOST_LIMITS = 100;
const MOST_FAILURES = 100;

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

const zone = parsed((text) => checkTimezone(text), 'UTC, Europe/Berlin', 'a timezone');
const time = parsed(parseTimeOfDay, '08:00', 'a time of the day');
const end = parsed((text) => text === END_OF_DAY || parseTimeOfDay(text), '07:00, 24:00', 'a time of the day');
const days = z
  .array(parsed(weekdaysOfOne, 'mon-fri, sun', 'days'))
  .min(1)
  .max(7);

/** A duration of at least and at most so long. */
const between = (leastMs: number, mostMs: number, examples: string, bounds: string) =>
  parsed(
    (text) => {
      const ms = leastMs === 0 && text === '0s' ? 0 : parseDuration(text);
      if (ms < leastMs || ms > mostMs) throw new RangeError(`"${text}" is not ${bounds}`);
    },
    examples,
    'a duration',
  );
const groupWait = between(0, 60 * MINUTE_MS, '0s, 30s', 'an hour at most');
const repeat = between(5 * MINUTE_MS, 30 * DAY_MS, '4h', 'from 5m to 30d');
const after = between(MINUTE_MS, 7 * DAY_MS, '15m', 'from 1m to 7d');

const ownerName = z.string().min(1).max(128);
const kind = z.enum(CONDITION_KINDS, `one of ${CONDITION_KINDS.join(', ')}`);
const severity = z.enum(SEVERITIES, `one of ${SEVERITIES.join(', ')}`);

export const matcher = z
  .strictObject({
    service: listed(pattern).optional(),
    owner: listed(pattern).optional(),
    kind: listed(kind).optional(),
    severity: listed(severity).optional(),
    name: listed(pattern).optional().meta({ description: 'of the job, the rule, the objective' }),
    tag: listed(pattern).optional(),
  })
  .meta({ description: 'all that is given must fit, and of each list one is enough' });

/** One that fits everything would be no choice. */
export const narrowing = matcher.refine((given) => Object.keys(given).length > 0, {
  error: `fits every alert; say at least one of ${Object.keys(matcher.shape).join(', ')}`,
});

const owner = z.strictObject({
  timezone: zone.optional().meta({ description: "default: the document's" }),
  deferUntil: time.optional().meta({ description: 'what is deferred waits for it; default 08:00' }),
  days: days.optional().meta({ description: 'on which days that is; default every day' }),
  failures: z
    .int()
    .min(2)
    .max(MOST_FAILURES)
    .optional()
    .meta({ description: 'so many failures in a row are not held back any longer' }),
  channels: listed(name).optional().meta({ description: 'what `owner` stands for in a route' }),
});

const times = z
  .strictObject({
    days: days.optional().meta({ description: 'on which it begins; default every day' }),
    from: time,
    to: end.meta({ description: 'not in it itself; on the next day where it is not later than from' }),
  })
  .refine(({ from, to }) => from !== to, { path: ['to'], error: 'is when it begins; for a whole day say 24:00' });

const window = z.strictObject({
  timezone: z
    .union([z.literal('owner'), zone], 'a timezone such as UTC, Europe/Berlin, or owner')
    .optional()
    .meta({ description: "owner: that of the alert's owner; default: the document's" }),
  times: z.array(times).min(1).max(MOST_TIMES),
});

const step = z.strictObject({
  after: after.meta({ description: 'it has fired so long, and nobody has acknowledged it' }),
  channels: listed(name),
});

const grouping = z.array(z.enum(GROUP_FIELDS, `one of ${GROUP_FIELDS.join(', ')}`)).max(GROUP_FIELDS.length);

const delivery = {
  channels: listed(name)
    .optional()
    .meta({ description: "names of channels; owner stands for those of the alert's owner" }),
  groupBy: grouping
    .optional()
    .meta({ description: 'what has these in common is told in one message; default service' }),
  groupWait: groupWait.optional().meta({ description: 'how long a first message waits for others; default 0s' }),
  repeat: repeat
    .optional()
    .meta({ description: 'told again while it fires and nobody has acknowledged it; default 4h' }),
  escalate: z.array(step).max(MOST_STEPS).optional(),
  mute: z.array(name).max(MOST_WINDOWS).optional().meta({ description: 'windows in which nothing is sent' }),
};

const ownPart = z.strictObject({
  match: matcher.optional().meta({ description: 'default: every alert' }),
  ...delivery,
  continue: z.boolean().optional().meta({ description: 'the routes after it are looked at too; default false' }),
});
export interface RouteSaid extends z.infer<typeof ownPart> {
  readonly routes?: RouteSaid[] | undefined;
}
const child: z.ZodType<RouteSaid> = ownPart
  .extend({
    routes: z
      .array(z.lazy(() => child))
      .max(MOST_CHILDREN)
      .optional(),
  })
  .meta({ id: 'AlertRoute', description: 'what it does not say is as with the route above it' });

const root = z.strictObject({
  ...delivery,
  channels: listed(name).meta({ description: 'who is told of what no other route is for' }),
  routes: z.array(child).max(MOST_CHILDREN).optional(),
});

const inhibition = z.strictObject({
  when: narrowing.meta({ description: 'while such an alert fires' }),
  mutes: narrowing.meta({ description: 'such ones are not told of' }),
  equal: grouping.optional().meta({ description: 'what both must have in common; default service' }),
});

const limit = z
  .strictObject({
    match: matcher.optional().meta({ description: 'by what its source says; default: every alert' }),
    severity: severity.meta({ description: 'no more severe than this, whatever its source says' }),
    channels: listed(name)
      .optional()
      .meta({ description: 'those that its source may ask for; where it asks for others alone, its owner is told' }),
  })
  .meta({ description: "the first that fits decides; flyball's own alerts are never limited" });

export const routingDocument = z
  .strictObject({
    apiVersion: z.literal('flyball/v1'),
    timezone: zone.optional().meta({ description: 'default UTC' }),
    console: z
      .url({ protocol: /^https?$/ })
      .max(512)
      .optional()
      .meta({ description: 'what links in messages begin with' }),
    owners: z
      .record(ownerName, owner)
      .refine((owners) => Object.keys(owners).length <= MOST_OWNERS, `at most ${MOST_OWNERS} owners are taken`)
      .optional(),
    channels: rulesOf(channelConfig, MOST_CHANNELS, 'channels').optional(),
    windows: rulesOf(window, MOST_WINDOWS, 'windows').optional(),
    route: root,
    limits: z.array(limit).max(MOST_LIMITS).optional(),
    inhibit: z.array(inhibition).max(MOST_INHIBITIONS).optional(),
  })
  .meta({ id: 'AlertRouting' });

export type RoutingDocument = z.infer<typeof routingDocument>;
