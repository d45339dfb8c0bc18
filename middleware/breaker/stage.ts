// The breaker's place in the outbound pipeline: inside retry, so that every attempt is admitted and judged by it.
import { DeadlineExceeded, Refused } from '../kernel/errors.ts';
import type { Instance } from '../kernel/instance.ts';
import type { Call, OutboundPolicy, Reply } from '../kernel/outbound.ts';
import { Breaker, type Refusal } from './breaker.ts';
import type { Result } from './machine.ts';
import { breakerSettings, type BreakerSettings } from './settings.ts';

/** Breakers live as long as the instance, whatever the revision of the rules. */
const BREAKERS = {};

function breakersOf(instance: Instance): Map<string, Breaker> {
  return instance.state(BREAKERS, () => new Map<string, Breaker>());
}

/** Has the next call through each breaker of an instance wait for the fleet's view, however fresh the last one is. */
export function lookAgain(instance: Instance): void {
  for (const breaker of breakersOf(instance).values()) breaker.lookAgain();
}

function breakerOf(name: string, instance: Instance): Breaker {
  const breakers = breakersOf(instance);
  let breaker = breakers.get(name);
  if (!breaker) {
    breaker = new Breaker(name, instance);
    breakers.set(name, breaker);
  }
  return breaker;
}

export const breakerOutbound: OutboundPolicy = {
  name: 'breaker',
  stage(dependency, rule, instance) {
    if (!rule.breaker || rule.breaker.mode === 'disabled') return undefined;
    const settings = breakerSettings(rule.breaker, rule);
    const breaker = breakerOf(dependency, instance);
    const { clock } = instance;
    return async function breakerStage(call, next) {
      const decided = breaker.admit(call.invocation, settings);
      const ticket = decided instanceof Promise ? await decided : decided;
      call.trace?.note('breaker_state', breaker.stateMet(ticket));
      if (ticket.kind === 'refuse') {
        instance.recorder.refusal('breaker', dependency, call.invocation.resource.name, 1, settings.shadow);
        return settings.shadow ? next(call) : refused(call, ticket);
      }
      const startedAt = clock.precise();
      let reply: Reply | undefined;
      try {
        reply = await next(call);
        return reply;
      } finally {
        // Whatever happens, a probe's slot is not kept.
        const slow = settings.slowOverMs !== undefined && clock.precise() - startedAt > settings.slowOverMs;
        breaker.record(ticket, reply ? resultOf(reply, call, settings) : 'ignored', slow, settings);
      }
    };
  },
};

/** What an attempt's end says about the dependency. */
export function resultOf(reply: Reply, call: Call, settings: BreakerSettings): Result {
  if (reply.outcome === 'ok') return settings.isFailure('ok') ? 'failure' : 'success';
  // Cut short by the caller's own deadline, or refused by flyball: nothing the dependency did.
  if (reply.outcome === 'refused' || reply.error instanceof DeadlineExceeded) return 'ignored';
  // The caller gave up: what it would have answered is not known.
  if (call.signal.aborted && !isTimeout(call.signal.reason)) return 'ignored';
  return settings.isFailure(reply.outcome) ? 'failure' : 'success';
}

const isTimeout = (reason: unknown) => reason instanceof DOMException && reason.name === 'TimeoutError';

function refused(call: Call, { retryAfterMs, forced }: Refusal): Reply {
  const { dependency } = call;
  const when =
    retryAfterMs === undefined ? 'until an operator releases it' : `try again in ${Math.ceil(retryAfterMs)} ms`;
  const error = new Refused({
    by: 'breaker',
    rule: dependency,
    statusCode: 503,
    message: `the breaker of "${dependency}" is ${forced ? 'forced open by an operator' : 'open'}; ${when}`,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
  return { outcome: 'refused', error, sent: false, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
}
