// The one definition of a rule document: its types, its JSON Schema and its validation. Only the control plane runs it.
import { z } from 'zod';
import { parseCidr } from '../cidr.ts';
import { LOG_LEVELS } from '../log-level.ts';
import { parseDuration, parseRate, parseShare, parseWindowRate } from '../units.ts';
import { ALGORITHMS } from './algorithms.ts';

/** @throws {RangeError} when nothing, or everything, would be a breach. */
function parseObjective(text: string): number {
  const objective = parseShare(text);
  if (objective >= 0.5 && objective < 1) return objective;
  throw new RangeError(`"${text}" is no objective; write a percentage from 50% to less than 100%, such as 99.9%`);
}

/** A string that one of the parsers of `units.ts` understands; the parser's own message is the reason given. */
function parsed(parse: (text: string) => unknown, examples: string): z.ZodType<string> {
  return z
    .string()
    .check((context) => {
      try {
        parse(context.value);
      } catch (error) {
        context.issues.push({
          code: 'custom',
          input: context.value,
          message: error instanceof Error ? error.message : String(error),
        });
      }
    })
    .meta({ description: `for example ${examples}` });
}

/** What some algorithm takes; which one is looked at with the rest of the rule. */
function parseAnyRate(text: string): unknown {
  return /\/(day|week|month)$/.test(text) ? parseWindowRate(text) : parseRate(text);
}

const duration = parsed(parseDuration, '500ms, 5s, 10m, 2h');
const rate = parsed(parseAnyRate, '100/s, 5/10s, 1k/min; with fixed-window also 1k/day, 1M/month');
const share = parsed(parseShare, '5%, 50%');
const name = z
  .string()
  .check(z.regex(/^[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?$/, 'a name is 1 to 64 lower-case letters, digits and hyphens'));
/** Every pair of a document's patterns is compared when it is validated; stars make that dear. */
const MOST_STARS = 8;
const pattern = z
  .string()
  .min(1)
  .max(256)
  .check(z.refine((text) => text.split('*').length <= MOST_STARS + 1, `a pattern has at most ${MOST_STARS} stars`))
  .meta({ description: 'exact, or a glob: * stands for any run of characters' });
/** Rules by name, at most so many: validating, reading and applying them all must stay cheap. */
const rulesOf = <Rule extends z.ZodType>(rule: Rule, most: number, what: string) =>
  z
    .record(name, rule)
    .refine((rules) => Object.keys(rules).length <= most, {
      error: ({ input }) => `there are ${Object.keys(input as object).length} ${what}; at most ${most} are taken`,
      // Also beside faulty rules, so that one error does not hide the other.
      when: ({ value }) => typeof value === 'object' && value !== null,
    })
    .meta({ maxProperties: most });
const count = (max: number) => z.int().min(1).max(max);
const mode = z
  .enum(['enforce', 'shadow', 'disabled'])
  .meta({ description: 'shadow decides and records but never acts' });
const status = z.int().min(200).max(599);

/** What an attempt, a breaker or a metric can call the end of a call. */
export const OUTCOME_PATTERN = /^(ok|connect|timeout|throttled|error|4xx|5xx|[45][0-9][0-9]|business:[A-Z0-9_]{1,64})$/;
const MOST_OUTCOMES = 100;
const OUTCOMES = 'one of connect, timeout, throttled, error, 4xx, 5xx, an exact status, business:CODE';
/** YAML reads a bare 503 as a number. */
const outcome = z.union(
  [z.string().check(z.regex(OUTCOME_PATTERN, OUTCOMES)), z.int().min(400, OUTCOMES).max(599, OUTCOMES)],
  OUTCOMES,
);

export const TRIGGERS = ['http', 'queue', 'bucket', 'topic', 'event', 'schedule', 'stream', 'direct'] as const;

const backoff = z.strictObject({
  kind: z.enum(['exponential', 'linear', 'fixed']).optional(),
  initial: duration,
  factor: z.number().min(1).max(10).optional(),
  max: duration.optional(),
  jitter: z.enum(['full', 'equal', 'decorrelated', 'none']).optional(),
});

const respond = z.strictObject({
  status,
  body: z.union([z.record(z.string(), z.unknown()), z.string()]).optional(),
  headers: z.record(z.string(), z.string()).optional(),
});

const fallbackStep = z.strictObject({
  when: z
    .array(z.enum(['breaker', 'throttle', 'deadline', 'failure']))
    .min(1)
    .max(4)
    .optional(),
  respond,
});

const resource = z.strictObject({
  match: z.strictObject({
    trigger: z.enum(TRIGGERS).optional(),
    method: z.enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']).optional(),
    path: pattern.optional(),
    source: pattern.optional().meta({ description: 'the queue, bucket, topic, event source, stream or schedule' }),
    function: pattern.optional(),
  }),
  deadline: z.strictObject({ timeout: duration.optional(), reserve: duration.optional() }).optional(),
  redelivery: z.strictObject({ attempts: count(1000), backoff }).optional(),
  fallback: z.array(fallbackStep).min(1).max(5).optional(),
});

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

const MOST_RESOURCES = 200;

const throttle = z
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

const breaker = z.strictObject({
  window: z.strictObject({ time: duration, minimumCalls: count(1_000_000).optional() }).optional(),
  failureRate: share.optional(),
  slow: z.strictObject({ over: duration, rate: share }).optional(),
  consecutiveFailures: count(1_000_000).optional(),
  openFor: z
    .strictObject({ initial: duration, factor: z.number().min(1).max(10).optional(), max: duration.optional() })
    .optional(),
  halfOpen: z.strictObject({ probes: count(100) }).optional(),
  failures: z.array(outcome).min(1).max(MOST_OUTCOMES).optional(),
  mode: mode.optional(),
});

const retry = z.strictObject({
  attempts: count(10),
  when: z.array(outcome).min(1).max(MOST_OUTCOMES).optional(),
  backoff: backoff.optional(),
  budget: share.optional(),
});

const operation = z.strictObject({
  match: z.strictObject({ method: z.string().optional(), path: pattern.optional() }).optional(),
  idempotency: z.enum(['none', 'safe', 'key']),
});

const dependency = z.strictObject({
  target: z
    .union([
      z.strictObject({ function: z.string().min(1).max(170), alias: z.string().min(1).max(128).optional() }),
      z.strictObject({ url: z.url({ protocol: /^https?$/ }) }),
    ])
    .optional(),
  attemptTimeout: duration.optional(),
  retry: retry.optional(),
  breaker: breaker.optional(),
  fallback: z.array(fallbackStep).min(1).max(5).optional(),
  operations: rulesOf(operation, 100, 'operations').optional(),
});

const job = z.strictObject({
  schedule: z.string().min(1).max(256).meta({ description: 'cron(0 2 * * ? *), rate(5 minutes) or five cron fields' }),
  timezone: z.string().min(1).max(64).optional(),
  maxRuntime: duration.optional(),
  startDeadline: duration.optional(),
  owner: z.string().min(1).max(128).optional(),
});

const MOST_LISTED = 200;
const listed = <Value extends z.ZodType>(value: Value) => z.array(value).min(1).max(MOST_LISTED);

/** Who or what an entry of an access list is about; all that is given must fit, one of each list. */
const callers = z.strictObject({
  client: listed(pattern).optional(),
  claims: z
    .record(z.string().min(1).max(128), listed(z.union([z.string().min(1).max(256), z.number(), z.boolean()])))
    .optional(),
  ip: listed(parsed(parseCidr, '203.0.113.0/24, 2001:db8::/32, 198.51.100.7')).optional(),
  resources: listed(name).optional(),
});

const jwt = z.strictObject({
  issuer: z.string().min(1).max(512),
  audience: z.union([z.string().min(1).max(512), listed(z.string().min(1).max(512))]),
  jwksUri: z
    .url({ protocol: /^https?$/ })
    .max(2048)
    .check(
      z.refine(
        isSafeFromListeners,
        'keys are fetched over https, over http only from this machine, and without a name or password',
      ),
    ),
  algorithms: z.array(z.enum(ALGORITHMS)).min(1).optional().meta({ description: 'default: RS256 and ES256' }),
  leeway: duration.optional().meta({ description: 'how far the clocks may disagree; default 30s' }),
});

/** Who can change an answer on its way can sign tokens. */
function isSafeFromListeners(uri: string): boolean {
  if (!URL.canParse(uri)) return false;
  const { protocol, hostname, username, password } = new URL(uri);
  if (username !== '' || password !== '') return false;
  return protocol === 'https:' || hostname === '127.0.0.1' || hostname === 'localhost' || hostname === '[::1]';
}

const access = z.strictObject({
  require: z
    .array(z.enum(['jwt']))
    .length(1, 'name what every request must carry: [jwt]')
    .optional(),
  jwt: jwt.optional(),
  deny: listed(callers).optional(),
  allow: listed(callers).optional(),
  mode: mode.optional(),
});

/** Where in an answer a business code stands, and which codes mean that all is well. */
const businessFailure = z.strictObject({
  path: z
    .string()
    .check(
      z.regex(
        /^[A-Za-z0-9_-]{1,64}(\.[A-Za-z0-9_-]{1,64}){0,4}$/,
        'a path is names with dots between, such as code or error.code',
      ),
    )
    .meta({ description: 'in the answer, or in its body: code, error.code' }),
  notIn: listed(z.union([z.string().max(64), z.number(), z.boolean()])).meta({ description: 'codes of success' }),
});

const telemetry = z.strictObject({
  slow: duration.optional(),
  sample: share
    .optional()
    .meta({ since: '0.3.0', description: 'of the requests that are neither slow, failed nor refused; default 1%' }),
  businessFailure: z.array(businessFailure).min(1).max(10).optional().meta({ since: '0.3.0' }),
  redact: z
    .array(z.string().check(z.regex(/^[A-Za-z0-9_.-]{1,64}$/, 'the name of a field, such as card or password')))
    .min(1)
    .max(50)
    .optional()
    .meta({ since: '0.3.0', description: 'fields whose values never leave the function' }),
  metrics: z.enum(['service', 'resources', 'none']).optional().meta({
    since: '0.3.0',
    description: 'what CloudWatch is told: the service (default), its resources too, or nothing',
  }),
});

const logs = z.strictObject({
  level: z.enum(LOG_LEVELS).meta({ description: 'the least that is written' }),
  until: z.iso
    .datetime({ offset: true, error: 'a time such as 2027-01-01T12:00:00Z' })
    .optional()
    .meta({ description: 'from then on the level is the one the function was deployed with' }),
});

/** More than any service can have, and less than a month of minutes has. */
const slo = z.strictObject({
  objective: parsed(parseObjective, '99.9%'),
  latency: duration.optional().meta({ description: 'good is what is answered within; without it, what does not fail' }),
  resources: z.array(name).min(1).max(MOST_RESOURCES).optional(),
  window: z.enum(['7d', '28d', '30d']).optional().meta({ description: 'default 30d' }),
});

/** A rule document, as an operator writes it. Every object is strict: an unknown key is an error, never ignored. */
export const ruleDocument = z.strictObject({
  apiVersion: z.literal('flyball/v1'),
  service: name,
  owner: z.string().min(1).max(128).optional(),
  resources: rulesOf(resource, MOST_RESOURCES, 'resources').optional(),
  throttles: rulesOf(throttle, 100, 'throttles').optional(),
  dependencies: rulesOf(dependency, 200, 'dependencies').optional(),
  jobs: rulesOf(job, 200, 'jobs').optional(),
  access: access.optional().meta({ since: '0.2.0' }),
  telemetry: telemetry.optional(),
  logs: logs.optional().meta({ since: '0.3.0' }),
  slos: rulesOf(slo, 10, 'slos').optional().meta({ since: '0.3.0' }),
});

export type RuleDocument = z.infer<typeof ruleDocument>;
export type ResourceRule = z.infer<typeof resource>;
export type ThrottleRule = z.infer<typeof throttle>;
export type DependencyRule = z.infer<typeof dependency>;
export type BreakerRule = z.infer<typeof breaker>;
export type RetryRule = z.infer<typeof retry>;
export type BackoffRule = z.infer<typeof backoff>;
export type FallbackStep = z.infer<typeof fallbackStep>;
export type TelemetryRule = z.infer<typeof telemetry>;
export type LogsRule = z.infer<typeof logs>;
export type SloRule = z.infer<typeof slo>;
export type RedeliveryRule = NonNullable<ResourceRule['redelivery']>;
export type JobRule = z.infer<typeof job>;
export type AccessRule = z.infer<typeof access>;
export type AccessEntry = z.infer<typeof callers>;
export type JwtRule = z.infer<typeof jwt>;
export type Mode = z.infer<typeof mode>;
