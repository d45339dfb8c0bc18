// What is to become of a gray publication by what is known of it so far. Pure.
import type { GrayPlan } from '../../../store/items/gray-plan.ts';
import type { Judgement } from './verdict.ts';

const MINUTE_MS = 60_000;
/** For so long somebody may wait for a verdict before it is said that there is none. */
export const BLIND_MS = 24 * 3_600_000;

export type Next =
  | { readonly do: 'wait'; readonly extended: boolean; readonly until?: number }
  | { readonly do: 'step'; readonly step: number; readonly share: number; readonly reason: string }
  | { readonly do: 'promote' | 'abort'; readonly reason: string };

export interface Known {
  readonly plan: GrayPlan;
  readonly judgement: Judgement;
  /** Up to when everything that was counted is known, ms since the epoch. */
  readonly coveredUntil: number;
  readonly nowMs: number;
}

/** The first minute that lies in this step as a whole. */
export function judgedFrom({ stepSince }: Pick<GrayPlan, 'stepSince'>): number {
  return Math.ceil(stepSince / MINUTE_MS) * MINUTE_MS;
}

/** When the bake of the step is over, if it has one: it counts from when the telemetry covers it. */
export function bakedAt(plan: GrayPlan): number | undefined {
  const step = plan.steps[plan.step];
  return step && judgedFrom(plan) + step.bakeMs;
}

export function nextOf({ plan, judgement, coveredUntil, nowMs }: Known): Next {
  const { verdict, reason } = judgement;
  if (verdict === 'worse') return { do: 'abort', reason: `worse than the rest: ${reason}` };
  const until = bakedAt(plan);
  const isBlind = nowMs - Math.max(until ?? 0, judgedFrom(plan)) >= BLIND_MS;
  if (until === undefined) {
    // It has no steps: what is not worse stays until somebody promotes it.
    if (verdict === 'better-or-equal' || !isBlind) return { do: 'wait', extended: false };
    return plan.ifTooLittleTraffic === 'abort' ? unjudged('abort', reason) : { do: 'wait', extended: true };
  }
  if (coveredUntil < until) {
    if (!isBlind) return { do: 'wait', extended: false, until };
    const blind = `nothing is known of it since ${new Date(coveredUntil).toISOString()}`;
    return plan.ifTooLittleTraffic === 'abort' ? unjudged('abort', blind) : { do: 'wait', extended: true, until };
  }
  if (verdict === 'better-or-equal') return onward(plan, 'no worse than the rest');
  if (plan.ifTooLittleTraffic === 'extend') return { do: 'wait', extended: true, until };
  if (plan.ifTooLittleTraffic === 'abort') return unjudged('abort', reason);
  return onward(plan, `too little traffic to judge it: ${reason}`);
}

function unjudged(what: 'abort', reason: string): Next {
  return { do: what, reason: `too little traffic to judge it: ${reason}` };
}

/** To the next step, or after the last to everybody. */
function onward(plan: GrayPlan, reason: string): Next {
  const step = plan.step + 1;
  const next = plan.steps[step];
  return next ? { do: 'step', step, share: next.share, reason } : { do: 'promote', reason };
}
