// A dependency behind a client's stack, in an invocation whose time the test lets pass.
import { breakerOutbound } from '../../../../../middleware/breaker/index.ts';
import { createCaller } from '../../../../../middleware/call/index.ts';
import { sdkPlugin, type FlyballPluginOptions } from '../../../../../middleware/call/sdk/plugin.ts';
import { attemptTimeoutOutbound, deadlineOutbound } from '../../../../../middleware/deadline/index.ts';
import { fallbackOutbound } from '../../../../../middleware/fallback/index.ts';
import { hedgeOutbound } from '../../../../../middleware/hedge/index.ts';
import { enter } from '../../../../../middleware/kernel/current.ts';
import type { DependencyRule } from '../../../../../middleware/kernel/rules/document.ts';
import { retryOutbound } from '../../../../../middleware/retry/index.ts';
import { fakeClock } from '../../../../support/fake-clock.ts';
import { testContext, testInstance, testInvocation } from '../../../../support/instance.ts';
import { handMadeStack, ownRetries, RETRY_PLACE, sdkError, type SendOptions } from './stack.ts';

const stages = [
  fallbackOutbound,
  deadlineOutbound,
  retryOutbound,
  hedgeOutbound,
  breakerOutbound,
  attemptTimeoutOutbound,
];
export const RETRIED: DependencyRule = {
  retry: { attempts: 2, budget: '100%', backoff: { kind: 'fixed', initial: '100ms', jitter: 'none' } },
};

interface Options extends FlyballPluginOptions {
  /** Of the dependency; `false`: no rule names it. */
  readonly rule?: DependencyRule | false;
  readonly handlerInReach?: boolean;
  readonly remainingMs?: number;
}

export function world(
  answer: Parameters<typeof handMadeStack>[0],
  { rule = RETRIED, handlerInReach = true, remainingMs = 10_000, ...options }: Options = {},
) {
  const clock = fakeClock();
  const instance = testInstance({ clock, rules: { dependencies: rule ? { inventory: rule } : {} } });
  const recorded: string[] = [];
  instance.recorder = {
    ...instance.recorder,
    call: (dependency, outcome) => recorded.push(`call ${dependency} ${outcome}`),
    attempt: (dependency, outcome, _ms, attempt) =>
      recorded.push(`attempt ${String(attempt)} ${dependency} ${outcome}`),
  };
  const caller = createCaller(stages);
  instance.rules.register(caller.policy);
  const invocation = testInvocation(instance, {}, testContext(clock, remainingMs));
  const stack = handMadeStack(answer, { handlerInReach });
  stack.add(ownRetries, RETRY_PLACE);
  sdkPlugin(caller, 'inventory', options).applyToStack(stack);
  /** Sends as a handler would, letting time pass until it has ended. */
  const within = async (commandName: string, sending: SendOptions = {}): Promise<unknown> => {
    let over = false;
    const running = (async () => {
      enter(invocation);
      return stack.send(commandName, sending);
    })().finally(() => (over = true));
    running.catch(() => undefined);
    for (let steps = 0; steps < 400 && !over; steps++) {
      for (let turns = 0; turns < 50; turns++) await Promise.resolve();
      if (!over) clock.advance(50);
    }
    return running;
  };
  return { stack, within, recorded, clock, invocation, caller };
}

export const thrown = (promise: Promise<unknown>) => promise.then(() => undefined).catch((error: unknown) => error);
export const failing = (error: unknown) => () => {
  throw error;
};
export const unavailable = () => sdkError('InternalServerError', 500);
