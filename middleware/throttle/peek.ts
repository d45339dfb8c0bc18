// What a throttle has left for the caller of an invocation: nothing is taken, and nobody is refused.
import { StoreUnavailable, type Table } from '../../store/port.ts';
import type { Invocation } from '../kernel/invocation.ts';
import { errorFields } from '../kernel/logger.ts';
import type { ThrottleRule } from '../kernel/rules/document.ts';
import { isOfTheStore } from './admission.ts';
import { STORE_LIMIT_MS, whileWaiting, type Patience } from './fleet.ts';
import type { RawKey } from '../kernel/key.ts';
import { quotaPolicy, throttlePolicy } from './policy.ts';
import { fleetStateOf, inForce, type CompiledThrottle } from './rule.ts';
import type { Standing } from './standing.ts';
import { readStanding } from './state.ts';

export interface Peeked {
  /** What there is while nobody takes any: the burst, or a window's limit. */
  readonly limit: number;
  /** How many of them could be taken now. */
  readonly remaining: number;
  /** When there will be more than that, in ms from now; 0 when none is missing. */
  readonly resetMs: number;
}

/** Undefined when no such rule applies to the invocation, or its state cannot be known in the time there is. */
export async function peek(invocation: Invocation, name: string): Promise<Peeked | undefined> {
  const applying = [throttlePolicy, quotaPolicy]
    .map((policy) => invocation.snapshot.of(policy).of(invocation.resource.name))
    .flatMap((rules) => [...(rules?.enforced ?? []), ...(rules?.shadow ?? [])])
    .find((rule) => rule.name === name);
  if (!applying) return undefined;
  const key = applying.rawKeyOf(invocation);
  const rule = inForce(applying, invocation, key);
  const standing = standingHere(invocation, rule, key) ?? (await standingInFleet(invocation, applying, rule, key));
  if (!standing) return undefined;
  const { full } = rule.limiter;
  const { remaining, moreAtUs } = standing;
  const untilMs = moreAtUs / 1000 - invocation.instance.clock.now();
  return { limit: full, remaining, resetMs: remaining >= full ? 0 : Math.max(0, Math.ceil(untilMs)) };
}

/** What this instance knows without asking. */
function standingHere(invocation: Invocation, rule: CompiledThrottle, key: RawKey): Standing | undefined {
  const { limiter, memory, sync } = rule;
  const nowUs = invocation.instance.clock.now() * 1000;
  if (!rule.fleet) return standingOf(limiter.takeHere(memory, key, nowUs, 0));
  if (limiter.leasing) {
    // Charges run behind, and a quota is seen seldom.
    if (limiter.algorithm !== 'token-bucket' || sync === 'eventual') return undefined;
    return standingOf(limiter.leasing.take(invocation, rule, key, nowUs, 0));
  }
  const deniedUntilUs = memory.deniedUntil(key, nowUs);
  return deniedUntilUs === undefined ? undefined : { remaining: 0, moreAtUs: deniedUntilUs };
}

function standingOf(grant: Partial<Standing> = {}): Standing | undefined {
  const { remaining, moreAtUs } = grant;
  return remaining === undefined || moreAtUs === undefined ? undefined : { remaining, moreAtUs };
}

async function standingInFleet(
  invocation: Invocation,
  applying: CompiledThrottle,
  rule: CompiledThrottle,
  key: RawKey,
): Promise<Standing | undefined> {
  const { instance, snapshot } = invocation;
  const { clock, service, syncs, table } = instance;
  const written = writtenRule(snapshot.document.throttles?.[rule.name], applying, rule);
  if (!written || syncs.storeAway || invocation.storeWaitMs(STORE_LIMIT_MS) < 1) return undefined;
  try {
    const name = { ...fleetStateOf(rule, key), service };
    const { remaining, moreAtMs } = await whileWaiting(invocation, (patience) =>
      readStanding(patientTable(table, patience), written, name, clock.now()),
    );
    return { remaining, moreAtUs: (moreAtMs ?? 0) * 1000 };
  } catch (error) {
    // Nobody is refused for it, and so it must not switch off what refuses: whoever may write the item may write anything.
    instance.recorder.internal(isOfTheStore(error) ? 'throttle:store-failed' : 'contained:throttle');
    if (!(error instanceof StoreUnavailable) && rule.memory.mayWarn(clock.now())) {
      instance.logger.warn('flyball cannot tell what a throttle has left', { rule: rule.name, ...errorFields(error) });
    }
    return undefined;
  }
}

/** All reads of one look have the time of one: a bucket in parts takes several. */
function patientTable(table: Table, patience: Patience): Table {
  return { ...table, get: async (key, options) => table.get(key, { ...options, timeoutMs: patience.timeoutMs() }) };
}

/** The rule as the document has it, with the limit that is in force for the key. */
function writtenRule(
  own: ThrottleRule | undefined,
  { overrides }: CompiledThrottle,
  rule: CompiledThrottle,
): ThrottleRule | undefined {
  const override = own?.overrides?.[overrides?.all.indexOf(rule) ?? -1];
  return own && override ? { ...own, limit: override.limit, burst: override.burst } : own;
}
