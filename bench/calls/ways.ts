// The ways to govern a call that ends well: flyball's, and what users of the peers would write instead.
import { Breaker } from '../../middleware/breaker/breaker.ts';
import { breakerSettings } from '../../middleware/breaker/settings.ts';
import { deadlinePolicy } from '../../middleware/deadline/policy.ts';
import { systemClock } from '../../middleware/kernel/clock.ts';
import { enter } from '../../middleware/kernel/current.ts';
import type { Instance } from '../../middleware/kernel/instance.ts';
import type { Invocation } from '../../middleware/kernel/invocation.ts';
import type { DependencyRule, RuleDocument } from '../../middleware/kernel/rules/document.ts';
import { caller } from '../../middleware/outbound.ts';
import { telemetryPolicy } from '../../middleware/telemetry/policy.ts';
import { loadReporting } from '../../middleware/telemetry/reports.ts';
import { provideEverything } from '../../middleware/throttle/everything.ts';
import { throttlePolicy } from '../../middleware/throttle/index.ts';
import { benchInstance, benchInvocations } from '../guard/instance.ts';
import type { Way, Ways } from '../guard/way.ts';
import { localTable } from '../throttle/guard/local-table.ts';

// Rules are compiled without waiting.
provideEverything();

const TIMEOUT_MS = 500;
const BREAKER: DependencyRule = { breaker: { window: { time: '30s', minimumCalls: 20 }, failureRate: '50%' } };
const PATH: DependencyRule = { ...BREAKER, attemptTimeout: `${TIMEOUT_MS}ms`, retry: { attempts: 3 } };

const work = (i: number) => Promise.resolve(i);

interface Governed {
  readonly instance: Instance;
  readonly invocationOf: (i: number) => Invocation;
}

async function governed(rules: Omit<RuleDocument, 'apiVersion' | 'service'>): Promise<Governed> {
  await loadReporting();
  const instance = benchInstance(localTable(), systemClock, { apiVersion: 'flyball/v1', service: 'bench', ...rules });
  for (const policy of [telemetryPolicy, deadlinePolicy, throttlePolicy, caller.policy])
    instance.rules.register(policy);
  const telling = instance.rules.snapshot.of(telemetryPolicy);
  const invocations = benchInvocations(instance);
  for (const invocation of invocations) void telemetryPolicy.before?.(invocation, telling);
  const first = invocations[0];
  if (!first) throw new Error('there are no invocations');
  return { instance, invocationOf: (i) => invocations[i % invocations.length] ?? first };
}

/** The four decisions and their records, as the stack makes them around an attempt, without the promises of a call. */
async function guard(): Promise<Way> {
  const { instance, invocationOf } = await governed({
    resources: { 'create-order': { match: { method: 'POST', path: '/orders' }, deadline: { timeout: '5s' } } },
    throttles: { 'per-client': { limit: '900k/s', burst: 9_000_000, key: ['client'], scope: 'instance' } },
    dependencies: { payments: PATH },
  });
  const { snapshot } = instance.rules;
  const [throttles, deadlines] = [snapshot.of(throttlePolicy), snapshot.of(deadlinePolicy)];
  const breaker = new Breaker('payments', instance);
  const settings = breakerSettings(BREAKER.breaker ?? {}, PATH);
  const lambdaEndsAt = systemClock.now() + 3_600_000;
  const decide = (i: number, invocation: Invocation) => {
    invocation.untimed = false;
    const ticket = breaker.admit(invocation, settings);
    if (ticket instanceof Promise) return ticket.then(() => undefined);
    if (ticket.kind === 'refuse') throw new Error('refused');
    const took = 3 + (i % 977) * 0.37;
    breaker.record(ticket, 'success', false, settings);
    instance.recorder.attempt('payments', 'ok', took, 1);
    instance.recorder.invocation('create-order', 'ok', took, false, invocation);
    return undefined;
  };
  return {
    ask(i) {
      const invocation = invocationOf(i);
      // As the stack begins one: it reads the clock once, for all hooks until the first that waits.
      (invocation as { startedAt: number }).startedAt = systemClock.now();
      invocation.untimed = true;
      invocation.deadlineAt = lambdaEndsAt;
      invocation.storeWaitedMs = 0;
      void deadlinePolicy.before?.(invocation, deadlines);
      const waiting = throttlePolicy.before?.(invocation, throttles);
      return waiting ? waiting.then(() => decide(i, invocation)) : decide(i, invocation);
    },
  };
}

async function run(dependencies: RuleDocument['dependencies']): Promise<Way> {
  const { invocationOf } = await governed({ dependencies });
  const asIs = { idempotent: true } as const;
  return {
    ask(i) {
      const invocation = invocationOf(i);
      invocation.deadlineAt = systemClock.now() + 29_000;
      invocation.storeWaitedMs = 0;
      enter(invocation);
      return caller.run('payments', () => work(i), asIs);
    },
  };
}

async function cockatiel(policies: 'path' | 'four' | 'breaker'): Promise<Way> {
  const peer = await import('cockatiel');
  const breaker = peer.circuitBreaker(peer.handleAll, {
    halfOpenAfter: 5_000,
    breaker: new peer.SamplingBreaker({ threshold: 0.5, duration: 30_000 }),
  });
  if (policies === 'breaker') return { ask: (i) => breaker.execute(() => work(i)) };
  const retry = peer.retry(peer.handleAll, { maxAttempts: 2, backoff: new peer.ExponentialBackoff() });
  const timeout = peer.timeout(TIMEOUT_MS, peer.TimeoutStrategy.Cooperative);
  const wrapped =
    policies === 'path' ? peer.wrap(retry, breaker, timeout) : peer.wrap(retry, breaker, timeout, peer.bulkhead(1_000));
  return { ask: (i) => wrapped.execute(() => work(i)) };
}

async function opossum(timeout: number | false): Promise<Way> {
  const { default: CircuitBreaker } = await import('opossum');
  const options = { timeout, errorThresholdPercentage: 50, rollingCountTimeout: 30_000, volumeThreshold: 20 };
  const breaker = new CircuitBreaker(work, { ...options, resetTimeout: 5_000 });
  return { ask: (i) => breaker.fire(i) };
}

export const WAYS: Ways = {
  'flyball-guard': guard,
  'flyball-path': () => run({ payments: PATH }),
  'flyball-breaker': () => run({ payments: BREAKER }),
  'flyball-nothing': () => run(undefined),
  'cockatiel-path': () => cockatiel('path'),
  'cockatiel-four': () => cockatiel('four'),
  'cockatiel-breaker': () => cockatiel('breaker'),
  'opossum-path': () => opossum(TIMEOUT_MS),
  'opossum-breaker': () => opossum(false),
  bare: () => ({ ask: work }),
};
