// The caller's half: to a dependency that refuses, an instance sends about twice as much as is accepted and drops the rest.
import { Refused } from '../kernel/errors.ts';
import type { Instance } from '../kernel/instance.ts';
import type { OutboundPolicy, Reply } from '../kernel/outbound.ts';
import { dropProbability } from './algorithm.ts';
import { AcceptanceWindow, type Fate } from './window.ts';

/** Windows live as long as the instance, whatever the revision of the rules. */
const WINDOWS = {};

function windowOf(dependency: string, instance: Instance): AcceptanceWindow {
  const windows = instance.state(WINDOWS, () => new Map<string, AcceptanceWindow>());
  let window = windows.get(dependency);
  if (!window) {
    window = new AcceptanceWindow();
    windows.set(dependency, window);
  }
  return window;
}

/** Chance decides anew for each request; so long is too short to matter to anybody, and too long to be a loop, ms. */
const RETRY_AFTER_MS = 1_000;

export const shedOutbound: OutboundPolicy = {
  name: 'shed',
  stage(dependency, { shed = 'enforce' }, instance) {
    if (shed === 'disabled') return undefined;
    const { clock, random } = instance;
    const window = windowOf(dependency, instance);
    const shadow = shed === 'shadow';
    return async function shedStage(call, next) {
      const nowMs = clock.now();
      // A call that was let out keeps its retries, which have a budget of their own.
      const first = call.attempt === 1;
      if (first && window.hasRefused(nowMs) && random() < dropProbability(window.read(nowMs))) {
        instance.recorder.refusal('shed', dependency, call.invocation.resource.name, 1, shadow);
        if (!shadow) {
          window.add(nowMs, 'dropped');
          return dropped(dependency);
        }
      }
      const reply = await next(call);
      const fate = fateOf(reply);
      // Counted when it is known what became of it: what is still under way must not look like a refusal.
      if (fate) window.add(clock.now(), fate);
      return reply;
    };
  },
};

/** Undefined for what the dependency has not decided: never sent, or refused by a policy on this side. */
export function fateOf(reply: Reply): Fate | undefined {
  if (reply.outcome === 'throttled' || isRefusalOfCallee(reply)) return 'refused';
  return reply.sent && reply.outcome !== 'refused' ? 'accepted' : undefined;
}

/** A governed callee says with a 503 that it has no room; that somebody may not enter is no matter of room. */
function isRefusalOfCallee({ response }: Reply): boolean {
  const body: unknown = response?.status === 503 ? response.body : undefined;
  if (typeof body !== 'object' || body === null) return false;
  const { code, by } = body as { readonly code?: unknown; readonly by?: unknown };
  return code === 'FLYBALL_REFUSED' && by !== 'access' && by !== 'fault';
}

/** Whoever called us must not start over: what cannot be sent now is not to be sent more often. */
function dropped(dependency: string): Reply {
  const error = new Refused({
    by: 'shed',
    rule: dependency,
    statusCode: 503,
    retryAfterMs: RETRY_AFTER_MS,
    message: `"${dependency}" refuses more than it accepts, and this request was not sent; try again in ${RETRY_AFTER_MS} ms`,
  });
  return { outcome: 'refused', error, sent: false, retryAfterMs: RETRY_AFTER_MS, never: true };
}
