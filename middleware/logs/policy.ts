// Logs at the level that rules say, and at DEBUG a line of what became of each invocation.
import type { Instance } from '../kernel/instance.ts';
import type { Invocation } from '../kernel/invocation.ts';
import { isLogLevel, type LogLevel } from '../kernel/log-level.ts';
import type { Policy } from '../kernel/policy.ts';
import type { RuleDocument } from '../kernel/rules/document.ts';
import { FollowedLevel } from './followed-level.ts';

interface LogsRules {
  readonly followed: FollowedLevel;
  readonly level: LogLevel | undefined;
  /** Epoch ms. */
  readonly untilMs: number;
}

/** Names what is kept of this policy. */
const LOGS = {};

export const logsPolicy = {
  name: 'logs',

  /** @throws {RangeError} on packaged rules that nobody has validated, and that mean nothing. */
  compile({ logs }: RuleDocument, instance: Instance): LogsRules {
    const followed = instance.state(LOGS, () => new FollowedLevel(instance.logger, process.env));
    if (logs === undefined) return { followed, level: undefined, untilMs: Infinity };
    const { level, until } = logs;
    const untilMs = until === undefined ? Infinity : Date.parse(until);
    if (!isLogLevel(level) || Number.isNaN(untilMs)) {
      throw new RangeError(`logs: level "${String(level)}" until "${String(until)}" is neither a level nor a time`);
    }
    return { followed, level, untilMs };
  },

  before(invocation: Invocation, { followed, level, untilMs }: LogsRules): void {
    followed.follow(invocation.startedAt < untilMs ? level : undefined);
    if (followed.debug) invocation.state(LOGS, () => toBeTold(invocation));
  },
} satisfies Policy<LogsRules>;

/** Once, however many of flyball's middlewares stand in the stack. */
function toBeTold(invocation: Invocation): true {
  const others = invocation.atEnd;
  invocation.atEnd = () => {
    try {
      tell(invocation);
    } catch (error) {
      invocation.instance.contain('logs', 'after', error);
    }
    return others?.();
  };
  return true;
}

function tell(invocation: Invocation): void {
  const { instance, resource, snapshot, outcome, refusal, cold, startedPrecise } = invocation;
  instance.logger.debug('flyball governed an invocation', {
    resource: resource.name,
    outcome,
    ...(refusal && { by: refusal.by, rule: refusal.rule }),
    duration_ms: Math.round((instance.clock.precise() - startedPrecise) * 1000) / 1000,
    revision: snapshot.origin.revision,
    cold,
  });
}
