// What a document says of throttles.
import { z } from 'zod';
import { parseRate, parseWindowRate } from '../../rates.ts';
import { count, duration, mode, MOST_RESOURCES, name, pattern, rate } from './values.ts';

export const throttleKey = z
  .string()
  .check(
    z.regex(
      /^(client|ip|source|header:[A-Za-z0-9-]{1,64}|query:[A-Za-z0-9_.-]{1,64}|path:[A-Za-z0-9_-]{1,64}|claim:[A-Za-z0-9_:./-]{1,64})$/,
      'one of client, ip, source, header:NAME, query:NAME, path:NAME, claim:NAME',
    ),
  );

const costSaid = z
  .string()
  .check(
    z.regex(
      /^(header:[A-Za-z0-9-]{1,64}|query:[A-Za-z0-9_.-]{1,64})$/,
      'a whole number of tokens, or header:NAME or query:NAME that says it',
    ),
  );

/** What `compileGcra` takes: a bucket longer in filling cannot be told from one that never fills. */
const LONGEST_REFILL_DAYS = 400;
/** Buckets count in whole µs. */
const MOST_PER_SECOND = 1_000_000;
const MOST_BURST = 1_000_000_000;
const LONGEST_SLIDING_MS = 86_400_000;

interface Limit {
  readonly limit: string;
  readonly burst?: number | undefined;
}

interface Limited extends Limit {
  readonly algorithm?: 'token-bucket' | 'leaky-bucket' | 'fixed-window' | 'sliding-window' | undefined;
  readonly timezone?: string | undefined;
  readonly overrides?: readonly Limit[] | undefined;
}

type Refuse = (key: string, message: string) => void;

/** What arithmetic can keep. */
function keepable(context: z.core.ParsePayload<Limited>): void {
  const rule = context.value;
  const refuseAt =
    (...place: (string | number)[]): Refuse =>
    (key, message) =>
      context.issues.push({ code: 'custom', input: rule, path: [...place, key], message });
  checkLimit(rule, rule, refuseAt());
  rule.overrides?.forEach((override, i) => checkLimit(rule, override, refuseAt('overrides', i)));
  if (rule.timezone !== undefined && rule.algorithm !== 'fixed-window') {
    refuseAt()('timezone', 'means something with algorithm: fixed-window alone');
  }
}

function checkLimit({ algorithm }: Limited, { limit, burst }: Limit, refuse: Refuse): void {
  try {
    if (algorithm === 'fixed-window') parseWindowRate(limit);
    else if (algorithm === 'sliding-window') checkSliding(limit);
    else parseRate(limit);
  } catch (error) {
    const hint =
      algorithm === undefined && /\/(day|week|month)$/.test(limit)
        ? '; with algorithm: fixed-window it is a quota'
        : '';
    refuse('limit', `${error instanceof Error ? error.message : String(error)}${hint}`);
    return;
  }
  if (algorithm === 'fixed-window' || algorithm === 'sliding-window') {
    if (burst !== undefined) refuse('burst', `means nothing with ${algorithm}, whose limit is all there is`);
    return;
  }
  const { tokens, perMs } = parseRate(limit);
  if ((tokens * 1000) / perMs > MOST_PER_SECOND) refuse('limit', `"${limit}" is more than 1M/s, which is no limit`);
  const days = (Math.ceil((perMs * 1000) / tokens) * (burst ?? Math.max(1, Math.floor(tokens)))) / 86_400e6;
  if (days > LONGEST_REFILL_DAYS) {
    refuse(
      burst === undefined ? 'limit' : 'burst',
      `an empty bucket would take ${Math.round(days)} days to refill, and may take ${LONGEST_REFILL_DAYS}; raise the limit or lower the burst`,
    );
  }
}

/** @throws {RangeError} when a window that slides cannot count it. */
function checkSliding(limit: string): void {
  const { tokens, perMs } = parseRate(limit);
  if (!Number.isInteger(tokens)) {
    throw new RangeError(`"${limit}" is not a number of requests in a window; write 100/min, 5/10s or 1k/h`);
  }
  if (perMs > LONGEST_SLIDING_MS) {
    throw new RangeError(`"${limit}" is longer than a day, the longest that slides; a longer one is a fixed-window`);
  }
}

const override = z.strictObject({
  match: z
    .record(throttleKey, pattern)
    .refine((match) => Object.keys(match).length > 0, 'names at least one part of the key')
    .meta({ description: 'parts of the key, each with a pattern of the value as the caller has it; all must match' }),
  limit: rate,
  burst: count(MOST_BURST).optional(),
});

export const throttle = z
  .strictObject({
    resources: z.array(name).min(1).max(MOST_RESOURCES).optional(),
    key: z.array(throttleKey).max(4).optional(),
    algorithm: z
      .union(
        [
          z.literal('token-bucket'),
          z.literal('fixed-window').meta({ since: '0.2.0' }),
          z.literal('sliding-window').meta({ since: '0.3.0' }),
          z.literal('leaky-bucket').meta({ since: '0.3.0' }),
        ],
        'one of token-bucket, leaky-bucket, fixed-window, sliding-window',
      )
      .optional(),
    limit: rate,
    timezone: z.string().min(1).max(64).optional().meta({ since: '0.2.0', description: 'whose midnight begins a day' }),
    burst: count(MOST_BURST).optional(),
    maxWait: duration.optional().meta({
      since: '0.3.0',
      description: 'of a leaky-bucket: how long a request may be held until its turn, e.g. 2s',
    }),
    cost: z
      .union([count(MOST_BURST), costSaid], 'a whole number of tokens, or header:NAME or query:NAME that says it')
      .optional()
      .meta({ since: '0.3.0', description: 'tokens that a request takes; 1 where a request does not say' }),
    mostCost: count(MOST_BURST)
      .optional()
      .meta({ since: '0.3.0', description: 'a request that says it costs more is refused; the burst unless given' }),
    headers: z
      .enum(['refused', 'always'])
      .optional()
      .meta({ since: '0.3.0', description: 'which HTTP answers tell what is left: those to the refused, or all' }),
    warmUp: duration.optional().meta({
      since: '0.3.0',
      description: 'after a pause as long as this, a third of the rate and burst at first, and all after as long again',
    }),
    overrides: z
      .array(override)
      .min(1)
      .max(50)
      .optional()
      .meta({ since: '0.3.0', description: 'other limits for some keys: the first that matches is in force' }),
    scope: z.enum(['fleet', 'instance']).optional(),
    sync: z
      .union(
        [
          z.literal('auto'),
          z.literal('per-request'),
          z.literal('leased').meta({ since: '0.3.0' }),
          z.literal('eventual').meta({ since: '0.3.0' }),
        ],
        'one of auto, leased, per-request, eventual',
      )
      .optional(),
    notify: z
      .array(z.string().check(z.regex(/^([1-9][0-9]?|100)%$/, 'a whole percentage from 1% to 100%')))
      .max(5)
      .optional()
      .meta({
        since: '0.3.0',
        description: 'shares of a quota that are told of when a key reaches them: 80% and 100%',
      }),
    whenStoreFails: z.enum(['local', 'allow', 'reject']).optional(),
    mode: mode.optional(),
  })
  .check(keepable);
