// The breaker's place in the outbound pipeline: inside retry, so that every attempt is admitted and judged by it.
import { DeadlineExceeded } from '../kernel/errors.ts';
import { Superseded, type Call, type OutboundPolicy, type Reply } from '../kernel/outbound.ts';
import type { Refusal, Ticket } from './breaker.ts';
import type { Result } from './machine.ts';
import { breakerFor } from './needs.ts';
import { open } from './refused.ts';
import { breakerSettings, type BreakerSettings } from './settings.ts';

export const breakerOutbound: OutboundPolicy = {
  name: 'breaker',
  stage(dependency, rule, instance) {
    if (!rule.breaker || rule.breaker.mode === 'disabled') return undefined;
    const settings = breakerSettings(rule.breaker, rule);
    const breakerOf = breakerFor(dependency, rule.breaker, instance);
    const { clock } = instance;
    return async function breakerStage(call, next) {
      const breaker = breakerOf(call);
      const decided = breaker.admit(call.invocation, settings);
      const ticket = decided instanceof Promise ? await decided : decided;
      call.trace?.note('breaker_state', breaker.stateMet(ticket));
      if (ticket.kind === 'refuse') {
        instance.recorder.refusal('breaker', dependency, call.invocation.resource.name, 1, settings.shadow);
        return settings.shadow ? next(call) : refused(call, breaker.key, ticket);
      }
      const startedAt = clock.precise();
      let reply: Reply | undefined;
      try {
        reply = await next(call);
        return reply;
      } finally {
        // Whatever happens, a probe's slot is not kept.
        const slow = settings.slowOverMs !== undefined && clock.precise() - startedAt > settings.slowOverMs;
        // Another attempt at it has answered first: whatever this one would have said, it was slow. No probe is judged by that.
        const outrun = slow && reply?.error instanceof Superseded && !isProbe(ticket);
        const result = reply ? resultOf(reply, call, settings) : 'ignored';
        breaker.record(ticket, outrun ? 'success' : result, slow, settings);
        // An answer that was handed over as a stream may break off yet; a probe was judged by its headers, once.
        if (reply?.broken && !isProbe(ticket)) {
          void reply.broken.then((end) => breaker.record(ticket, resultOf(end, call, settings), false, settings));
        }
      }
    };
  },
};

const isProbe = ({ held, guard }: Ticket) => held !== undefined || guard?.token !== undefined;

/** What an attempt's end says about the dependency. */
export function resultOf(reply: Reply, call: Call, settings: BreakerSettings): Result {
  if (settings.isIgnored(reply.outcome)) return 'ignored';
  if (reply.outcome === 'ok') return settings.isFailure('ok') ? 'failure' : 'success';
  // Cut short by the caller's own deadline, or refused by flyball: nothing the dependency did.
  if (reply.outcome === 'refused' || reply.error instanceof DeadlineExceeded) return 'ignored';
  // The caller gave up: what it would have answered is not known.
  if (call.signal.aborted && !isTimeout(call.signal.reason)) return 'ignored';
  return settings.isFailure(reply.outcome) ? 'failure' : 'success';
}

const isTimeout = (reason: unknown) => reason instanceof DOMException && reason.name === 'TimeoutError';

function refused({ dependency }: Call, key: string | undefined, refusal: Refusal): Reply {
  const { retryAfterMs } = refusal;
  const error = open(`"${dependency}"`, dependency, key, refusal);
  return { outcome: 'refused', error, sent: false, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
}
