// Sets an invocation's deadline before anything is started, and refuses work nobody waits for any more.
import { Refused } from '../kernel/errors.ts';
import type { Policy } from '../kernel/policy.ts';
import { parseDuration } from '../kernel/units.ts';
import { deadlineOf, saidBy, type DeadlineSettings } from './inbound.ts';

const WITHOUT_RULE: DeadlineSettings = { timeoutMs: undefined, reserveMs: undefined };

/** Settings by resource name. */
type Compiled = ReadonlyMap<string, DeadlineSettings>;

export const deadlinePolicy: Policy<Compiled> = {
  name: 'deadline',

  compile(rules) {
    const compiled = new Map<string, DeadlineSettings>();
    for (const [name, { deadline }] of Object.entries(rules.resources ?? {})) {
      if (!deadline) continue;
      compiled.set(name, {
        timeoutMs: deadline.timeout === undefined ? undefined : parseDuration(deadline.timeout),
        reserveMs: deadline.reserve === undefined ? undefined : parseDuration(deadline.reserve),
      });
    }
    return compiled;
  },

  before(invocation, compiled) {
    const { resource, trigger, event, startedAt, instance, signedBy } = invocation;
    const said = saidBy(trigger, event, resource.rule?.match.source !== undefined, signedBy);
    invocation.attempt = said.attempt;
    if (said.never) invocation.noRetry = true;
    if (said.attempt > 1) instance.recorder.internal(`repeated:${resource.name}`);
    const settings = compiled.get(resource.name) ?? WITHOUT_RULE;
    invocation.deadlineAt = deadlineOf(startedAt, invocation.deadlineAt, settings, said.deadlineAt);
    if (invocation.nowMs() < invocation.deadlineAt) return;
    instance.recorder.refusal('deadline', resource.name, resource.name, 1, false);
    throw new Refused({
      by: 'deadline',
      rule: resource.name,
      statusCode: 504,
      message: `nobody waits for this answer any more: the deadline of "${resource.name}" has passed`,
    });
  },
};
