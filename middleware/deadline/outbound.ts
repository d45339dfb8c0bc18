// Deadlines of outbound calls: nothing is started after the invocation's, and each attempt is stopped at its own.
import { DeadlineExceeded } from '../kernel/errors.ts';
import type { Call, OutboundPolicy, Reply, Send } from '../kernel/outbound.ts';
import { parseDuration } from '../kernel/units.ts';

/** Outside of retry: a call that cannot be waited for is not made. */
export const deadlineOutbound: OutboundPolicy = {
  name: 'deadline',
  stage(dependency, _rule, { clock }) {
    return function deadlineStage(call, next) {
      if (clock.now() < call.deadlineAt) return next(call);
      const error = new DeadlineExceeded(`"${dependency}" was not called: the deadline had passed`);
      return Promise.resolve({ outcome: 'refused', error, sent: false });
    };
  },
};

/**
 * Inside of retry and breaker: gives one attempt `min(attemptTimeout, what the deadline leaves)` as an AbortSignal, and
 * passes it on as the attempt's deadline: the callee, too, works no longer than somebody waits for this attempt. The reason
 * tells a dependency that was slow (`TimeoutError`) from an attempt that was cut short before its own time was
 * over, since the invocation's was (`DeadlineExceeded`): that says nothing about the dependency.
 */
export const attemptTimeoutOutbound: OutboundPolicy = {
  name: 'attempt-timeout',
  stage(dependency, rule, { clock }) {
    const attemptMs = rule.attemptTimeout === undefined ? Infinity : parseDuration(rule.attemptTimeout);
    return function attemptTimeoutStage(call, next) {
      // Nothing ends it before what ends the invocation, whose own signal says so.
      const { invocation } = call;
      const isInvocations = attemptMs === Infinity && call.deadlineAt >= invocation.deadlineAt;
      if (isInvocations && invocation.hasMade(call.signal)) return next(call);
      return limited(call, next);
    };

    async function limited(call: Call, next: Send): Promise<Reply> {
      const nowMs = clock.now();
      const leftMs = Math.max(0, call.deadlineAt - nowMs);
      const limitMs = Math.min(attemptMs, leftMs);
      const cutShort = attemptMs !== Infinity && leftMs < attemptMs && call.deadlineAt >= call.invocation.deadlineAt;
      const reason = (): Error =>
        cutShort
          ? new DeadlineExceeded(`an attempt at "${dependency}" was cut short by the deadline after ${limitMs} ms`)
          : new DOMException(`"${dependency}" did not answer within ${limitMs} ms`, 'TimeoutError');

      const outer = call.signal;
      const abort = new AbortController();
      const onOuterAbort = () => abort.abort(isTimeout(outer.reason) ? reason() : outer.reason);
      const cancel = clock.after(limitMs, () => abort.abort(reason()));
      // The invocation's own aborts at its deadline alone, and no attempt's time is over later.
      const follows = !call.invocation.hasMade(outer);
      if (outer.aborted) onOuterAbort();
      else if (follows) outer.addEventListener('abort', onOuterAbort, { once: true });
      try {
        return await next({ ...call, signal: abort.signal, deadlineAt: Math.min(call.deadlineAt, nowMs + attemptMs) });
      } finally {
        cancel();
        if (follows) outer.removeEventListener('abort', onOuterAbort);
      }
    }
  },
};

const isTimeout = (reason: unknown) => reason instanceof DOMException && reason.name === 'TimeoutError';
