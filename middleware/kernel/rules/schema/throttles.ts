// What a document says of throttles.
import { z } from 'zod';
import { parseRate, parseWindowRate } from '../../units.ts';
import { count, mode, MOST_RESOURCES, name, rate } from './values.ts';

const throttleKey = z
  .string()
  .check(
    z.regex(
      /^(client|ip|source|header:[A-Za-z0-9-]{1,64}|query:[A-Za-z0-9_.-]{1,64}|path:[A-Za-z0-9_-]{1,64}|claim:[A-Za-z0-9_:./-]{1,64})$/,
      'one of client, ip, source, header:NAME, query:NAME, path:NAME, claim:NAME',
    ),
  );

/** What `compileGcra` takes: a bucket longer in filling cannot be told from one that never fills. */
const LONGEST_REFILL_DAYS = 400;
/** Buckets count in whole µs. */
const MOST_PER_SECOND = 1_000_000;

/** A bucket that arithmetic can keep. */
function keepable(
  context: z.core.ParsePayload<{
    limit: string;
    algorithm?: 'token-bucket' | 'fixed-window' | undefined;
    burst?: number | undefined;
    timezone?: string | undefined;
  }>,
): void {
  const { limit, burst, algorithm, timezone } = context.value;
  const refuse = (key: 'limit' | 'burst' | 'timezone', message: string) =>
    context.issues.push({ code: 'custom', input: context.value, path: [key], message });
  try {
    if (algorithm === 'fixed-window') {
      parseWindowRate(limit);
      if (burst !== undefined) refuse('burst', 'means nothing with fixed-window, whose limit is all there is');
      return;
    }
    parseRate(limit);
  } catch (error) {
    const hint =
      algorithm === undefined && /\/(day|week|month)$/.test(limit)
        ? '; with algorithm: fixed-window it is a quota'
        : '';
    refuse('limit', `${error instanceof Error ? error.message : String(error)}${hint}`);
    return;
  }
  if (timezone !== undefined) refuse('timezone', 'means something with algorithm: fixed-window alone');
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

export const throttle = z
  .strictObject({
    resources: z.array(name).min(1).max(MOST_RESOURCES).optional(),
    key: z.array(throttleKey).max(4).optional(),
    algorithm: z
      .union(
        [z.literal('token-bucket'), z.literal('fixed-window').meta({ since: '0.2.0' })],
        'one of token-bucket, fixed-window',
      )
      .optional(),
    limit: rate,
    timezone: z.string().min(1).max(64).optional().meta({ since: '0.2.0', description: 'whose midnight begins a day' }),
    burst: count(1_000_000_000).optional(),
    scope: z.enum(['fleet', 'instance']).optional(),
    sync: z.enum(['auto', 'per-request']).optional(),
    whenStoreFails: z.enum(['local', 'allow', 'reject']).optional(),
    mode: mode.optional(),
  })
  .check(keepable);
