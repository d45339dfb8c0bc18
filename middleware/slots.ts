// Knows which policies are loaded when: those that run always are there at once, the others when rules or events need them.
import type { LoadKeys } from './breaker/index.ts';
import type { Caller, Outbound } from './call/caller.ts';
import { current } from './kernel/current.ts';
import { Refused } from './kernel/errors.ts';
import { loadAnswers } from './kernel/middleware.ts';
import { bringsParked, isParkable, parkingQueueUrl } from './kernel/parking.ts';
import type { Policy, PolicySlot } from './kernel/policy.ts';
import type { RuleDocument } from './kernel/rules/document.ts';
import { runtimeTraceHeader } from './kernel/runtime-trace.ts';
// Not by their folders' index.ts: a bundle would then load the rest of the folder at once too.
import { loadReporting } from './telemetry/reports.ts';
import type * as Throttle from './throttle/index.ts';
import type { Peeked } from './throttle/peek.ts';
import { isSampled, tracers } from './trace/runtime.ts';

type Conditions = Omit<PolicySlot, 'name' | 'load'>;

/** A slot whose module is imported once. */
function slotOf(name: string, importing: () => Promise<Policy>, conditions: Conditions): PolicySlot {
  let policy: Policy | undefined;
  return { name, ...conditions, load: async () => (policy ??= await importing()) };
}

const never = () => false;
const always = () => true;

/** What calls dependencies, and what has a part both in calls and around the handler. */
interface OutboundParts {
  readonly caller: Caller;
  readonly loadFallbackPolicy: () => Promise<Policy>;
  readonly loadTracePolicy: () => Promise<Policy>;
  readonly loadFaultPolicy: () => Promise<Policy>;
  readonly loadAllOutbound: () => Promise<void>;
  readonly loadOutboundFor: (rules: RuleDocument) => Promise<void>;
  readonly loadBreakersFor: (rules: RuleDocument | undefined, keys: LoadKeys) => Promise<void>;
  readonly loadInboundBreaker: () => Promise<Policy>;
}

let outbound: OutboundParts | undefined;

async function loadOutbound(): Promise<OutboundParts> {
  return (outbound ??= await import('./outbound.ts'));
}

export const callSlot: PolicySlot = {
  name: 'call',
  needed: ({ dependencies }) => dependencies !== undefined,
  async load(rules) {
    const { caller, loadOutboundFor, loadBreakersFor } = await loadOutbound();
    await Promise.all([loadOutboundFor(rules), loadBreakersFor(rules, loadKeys)]);
    return caller.policy;
  },
};

/** What the keys of breakers are made of is in the throttle's file. */
const loadKeys: LoadKeys = () => import('./throttle/index.ts');

/** Of resources; those of dependencies are within calls. */
export const breakerSlot: PolicySlot = {
  name: 'breaker',
  needed: ({ resources }) => someHave('breaker', resources),
  async load(rules) {
    const { loadInboundBreaker, loadBreakersFor } = await loadOutbound();
    await loadBreakersFor(rules, loadKeys);
    return loadInboundBreaker();
  },
};

let throttle: typeof Throttle | undefined;

/** With what these rules need besides: each revision may be the first to need it. */
async function loadThrottle(rules: RuleDocument): Promise<typeof Throttle> {
  throttle ??= await import('./throttle/index.ts');
  await throttle.loadFor(rules);
  return throttle;
}

export const throttleSlot: PolicySlot = {
  name: 'throttle',
  needed: ({ throttles }) => throttles !== undefined,
  load: async (rules) => (await loadThrottle(rules)).throttlePolicy,
};

export const quotaSlot: PolicySlot = {
  name: 'quota',
  needed: ({ throttles = {} }) => Object.values(throttles).some(({ algorithm }) => algorithm === 'fixed-window'),
  load: async (rules) => (await loadThrottle(rules)).quotaPolicy,
};

export const concurrencySlot = slotOf(
  'concurrency',
  async () => (await import('./concurrency/index.ts')).concurrencyPolicy,
  { needed: ({ concurrency }) => concurrency !== undefined },
);

/** Also without rules: whoever is paused need not have any. Not by its folder's index.ts, which loads the caller's half. */
export const shedSlot = slotOf('shed', async () => (await import('./shed/policy.ts')).shedPolicy, {
  needed: ({ shedding, resources }) => shedding !== undefined || someHave('pausedWhile', resources),
  wanted: ({ instance, startedAt }) => instance.rules.pauseAt(startedAt) !== undefined,
});

/**
 * Also without rules: what is refused of a queue's batch must be in the answer, or the platform deletes it; and of a
 * stream's, what `Promise.allSettled` says of it would be taken for a success.
 */
export const redeliverySlot = slotOf(
  'redelivery',
  async () => {
    // Its log says why a record was given up: also of the first one, with what takes out of it what must not leave.
    const [{ redeliveryPolicy }, { redacting }] = await Promise.all([import('./redelivery/index.ts'), loadReporting()]);
    return redacting(redeliveryPolicy);
  },
  { needed: never, wanted: ({ trigger: { face, kind } }) => face === 'sqs' || kind === 'stream' },
);

/** Also when all else is disabled: a parked event must never reach a handler as the message that brings it. */
export const parkSlot = slotOf('park', async () => (await import('./park/index.ts')).parkPolicy, {
  needed: ({ resources }) => Object.values(resources ?? {}).some(({ whenRefused }) => whenRefused === 'park'),
  wanted: ({ trigger: { face }, event }) =>
    face === 'sqs' ? bringsParked(event) : isParkable(face) && parkingQueueUrl() !== undefined,
});

export const fallbackSlot = slotOf('fallback', async () => (await loadOutbound()).loadFallbackPolicy(), {
  needed: ({ resources, dependencies }) => someHave('fallback', resources) || someHave('fallback', dependencies),
});

function someHave<Field extends string>(
  field: Field,
  rules: Readonly<Record<string, { readonly [name in Field]?: unknown }>> | undefined,
): boolean {
  return Object.values(rules ?? {}).some((rule) => rule[field] !== undefined);
}

export const faultSlot = slotOf('fault', async () => (await loadOutbound()).loadFaultPolicy(), {
  needed: ({ faults }) => faults !== undefined,
});

let redactingTrace: Policy | undefined;

/** What is recorded of errors leaves the function: it comes with what takes out of it what must not. */
async function loadTrace(): Promise<Policy> {
  const [tracePolicy, { redacting }] = await Promise.all([
    loadOutbound().then(({ loadTracePolicy }) => loadTracePolicy()),
    loadReporting(),
  ]);
  return (redactingTrace ??= redacting(tracePolicy));
}

export const traceSlot = slotOf('trace', loadTrace, {
  needed: never,
  wanted: ({ instance }) => tracers.has(instance) || isSampled(runtimeTraceHeader()),
});

export const businessSlot = slotOf('business', async () => (await loadReporting()).businessPolicy, {
  needed: ({ telemetry }) => telemetry?.businessFailure !== undefined,
});

const { AWS_LAMBDA_LOG_LEVEL, POWERTOOLS_LOG_LEVEL, LOG_LEVEL } = process.env;
const deployedTalkative = /^(debug|trace)$/i.test(AWS_LAMBDA_LOG_LEVEL || POWERTOOLS_LOG_LEVEL || LOG_LEVEL || '');

/** Once loaded it stays, whatever the rules say then: it gives the logger its own level back. */
export const logsSlot = slotOf('logs', async () => (await import('./logs/index.ts')).logsPolicy, {
  needed: ({ logs }) => logs !== undefined,
  wanted: () => deployedTalkative,
});

/** What lets in is not left out for want of a file. */
const nobody = () =>
  new Refused({
    by: 'access',
    rule: 'required',
    statusCode: 503,
    message: 'nobody is let in: access cannot be decided',
  });

export const accessSlot = slotOf('access', async () => (await import('./access/index.ts')).accessPolicy, {
  needed: ({ access }) => access !== undefined,
  missing: ({ access }) => (access?.mode === 'shadow' || access?.mode === 'disabled' ? undefined : nobody()),
});

export const requiredAccessSlot = slotOf(
  'access',
  async () => (await import('./access/index.ts')).requiredAccessPolicy,
  {
    needed: always,
    missing: nobody,
  },
);

export const jobRunSlot = (job: string): PolicySlot =>
  slotOf('job-run', async () => (await import('./job-run/index.ts')).jobRunPolicy(job), { needed: always });

/** Loads all there is. For tests whose time stands still while a file is read. */
export async function loadEverything(): Promise<void> {
  const rules = { apiVersion: 'flyball/v1', service: 'everything' } as const;
  const slots = [
    accessSlot,
    breakerSlot,
    businessSlot,
    callSlot,
    concurrencySlot,
    fallbackSlot,
    faultSlot,
    jobRunSlot('every-job'),
    logsSlot,
    parkSlot,
    redeliverySlot,
    requiredAccessSlot,
    shedSlot,
    quotaSlot,
    throttleSlot,
    traceSlot,
  ];
  await Promise.all([
    loadAnswers(),
    loadReporting(),
    loadOutbound().then(({ loadAllOutbound }) => loadAllOutbound()),
    loadOutbound().then(({ loadBreakersFor }) => loadBreakersFor(undefined, loadKeys)),
    import('./kernel/queues.ts'),
    loadThrottle(rules).then(({ loadAll }) => loadAll()),
    ...slots.map((slot) => slot.load(rules)),
  ]);
}

/** Does something with what makes calls, at once when it has been loaded. */
export function withCaller<T>(use: (caller: Caller) => Promise<T>): Promise<T> {
  return outbound ? use(outbound.caller) : loadOutbound().then(({ caller }) => use(caller));
}

/** What a throttle has left for the caller of the current invocation; undefined outside of one, or if that is not known. */
export async function peekAt(rule: string): Promise<Peeked | undefined> {
  const invocation = current();
  if (!invocation?.snapshot.document.throttles) return undefined;
  try {
    const { peek } = await loadThrottle(invocation.snapshot.document);
    return await peek(invocation, rule);
  } catch (error) {
    invocation.instance.contain('throttle', 'stage', error);
    return undefined;
  }
}

/** A dependency under the rules of the current invocation, once there is what makes calls; undefined outside of one. */
export function outboundOf(dependency: string): Outbound | undefined | Promise<Outbound | undefined> {
  const invocation = current();
  if (!invocation) return undefined;
  if (outbound) return outbound.caller.outbound(dependency);
  return loadOutbound().then(
    ({ caller }) => caller.outbound(dependency),
    (error: unknown) => {
      invocation.instance.contain('call', 'stage', error);
      return undefined;
    },
  );
}
