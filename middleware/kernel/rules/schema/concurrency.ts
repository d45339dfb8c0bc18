// What a document says of how much may go on at once.
import { z } from 'zod';
import { count, duration, mode, MOST_RESOURCES, name } from './values.ts';

/** 84 items of the table; whoever needs more is better served by the platform's own limits. */
const MOST_PERMITS = 5_000;
const LIMIT = `a whole number from 1 to ${MOST_PERMITS}, or adaptive`;
/** What AWS takes of an event source's MaximumConcurrency. */
const EVENT_SOURCE_LEAST = 2;
const EVENT_SOURCE_MOST = 1_000;

const actuate = z.strictObject({
  reservedConcurrency: z
    .strictObject({
      function: z
        .string()
        .check(
          z.regex(
            /^([A-Za-z0-9_-]{1,64}|arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:function:[A-Za-z0-9_-]{1,64})$/,
            'the name of a Lambda function, or its ARN without a version',
          ),
        )
        .meta({ description: 'a function of the stage by its name, with or without the prefix; any by its ARN' }),
      min: count(10_000),
      max: count(10_000),
    })
    .optional(),
  maximumConcurrency: z
    .strictObject({
      eventSource: z
        .string()
        .check(z.regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, 'the UUID of an event source mapping')),
      min: z.int().min(EVENT_SOURCE_LEAST).max(EVENT_SOURCE_MOST),
      max: z.int().min(EVENT_SOURCE_LEAST).max(EVENT_SOURCE_MOST),
    })
    .optional(),
});

export const concurrency = z.strictObject({
  resources: z.array(name).min(1).max(MOST_RESOURCES).optional(),
  limit: z
    .union([z.int(LIMIT).min(1, LIMIT).max(MOST_PERMITS, LIMIT), z.literal('adaptive', LIMIT)], LIMIT)
    .meta({ description: 'invocations at once; adaptive follows their latency between floor and ceiling' }),
  floor: count(MOST_PERMITS).optional(),
  ceiling: count(MOST_PERMITS).optional(),
  maxWait: duration.optional().meta({ description: 'how long an invocation may wait for a permit, at most 30s' }),
  scope: z.enum(['fleet', 'instance']).optional(),
  whenStoreFails: z.enum(['local', 'allow', 'reject']).optional(),
  mode: mode.optional(),
  actuate: actuate
    .optional()
    .meta({ description: 'what of AWS’s own limits follows this one, and between which bounds' }),
});
