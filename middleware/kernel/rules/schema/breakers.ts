// What a document says of breakers, of what is called and of what is asked for alike.
import { z } from 'zod';
import { count, duration, like, mode, MOST_OUTCOMES, outcome, share } from './values.ts';

const breakerKey = z
  .string()
  .check(
    z.regex(
      /^(operation|client|call|header:[A-Za-z0-9-]{1,64}|query:[A-Za-z0-9_.-]{1,64}|path:[A-Za-z0-9_-]{1,64}|claim:[A-Za-z0-9_:./-]{1,64})$/,
      'one of operation, client, call, header:NAME, query:NAME, path:NAME, claim:NAME',
    ),
  );

export const breaker = z.strictObject(
  {
    key: z.array(breakerKey).min(1).max(4).optional().meta({
      since: '0.3.0',
      description: 'one breaker for each tenant, client or endpoint; call is what the code gives as breakerKey',
    }),
    window: z
      .union(
        [
          z.strictObject({ time: duration, minimumCalls: count(1_000_000).optional() }),
          z.strictObject({
            calls: count(100_000).meta({ since: '0.3.0', description: 'the last so many calls, whenever they were' }),
            minimumCalls: count(100_000).optional(),
          }),
          z
            .strictObject({ minimumCalls: count(1_000_000) })
            .meta({ since: '0.3.0', description: 'of the default time' }),
        ],
        'an object such as { time: 30s } or { calls: 100 }',
      )
      .optional(),
    failureRate: share.optional(),
    slow: z.strictObject({ over: duration, rate: share }, like('{ over: 300ms, rate: 80% }')).optional(),
    consecutiveFailures: count(1_000_000).optional(),
    surge: z
      .union([
        z.literal('off'),
        z.strictObject({
          time: duration.optional(),
          failureRate: share.optional(),
          minimumCalls: count(1_000_000).optional(),
        }),
      ])
      .optional()
      .meta({
        since: '0.3.0',
        description: 'opens on the failures of the last moments; default 600ms, as the window else',
      }),
    quorum: z
      .union([z.literal('auto'), count(1_000)])
      .optional()
      .meta({ since: '0.3.0', description: 'so many distinct instances must have met failures; auto is 1 to 3' }),
    openFor: z
      .strictObject(
        { initial: duration, factor: z.number().min(1).max(10).optional(), max: duration.optional() },
        like('{ initial: 5s }'),
      )
      .optional(),
    halfOpen: z
      .strictObject(
        {
          probes: count(100),
          ramp: z.array(share).min(1).max(10).optional().meta({
            since: '0.3.0',
            description:
              'shares of the calls that are let back in once the probes have passed, one stage each; the last is 100%',
          }),
          rampStage: duration
            .optional()
            .meta({ since: '0.3.0', description: 'how long each share of the ramp lasts; default 5s' }),
        },
        like('{ probes: 3 }'),
      )
      .optional(),
    failures: z.array(outcome).min(1).max(MOST_OUTCOMES).optional(),
    ignored: z.array(outcome).min(1).max(MOST_OUTCOMES).optional().meta({
      since: '0.3.0',
      description: 'outcomes that are neither success nor failure, also if failures names them',
    }),
    mode: mode.optional(),
  },
  like('{ failureRate: 50% }; {} has every default'),
);
