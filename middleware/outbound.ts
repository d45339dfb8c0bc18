// Knows the outbound policies and their order; loaded in one piece when rules name dependencies, or when a function first
// calls one: a file costs a start 0.4 ms, whatever is in it, and a KB of code 0.04 ms.
import { breakerOutbound, loadChanged } from './breaker/index.ts';
import { createCaller } from './call/caller.ts';
import { loadTargets, loadTargetsFor } from './call/targets.ts';
import { attemptTimeoutOutbound, deadlineOutbound } from './deadline/outbound.ts';
import type { AskOther } from './fallback/other.ts';
import { fallbackPlace, loadFallback, loadFallbackFor } from './falling-back.ts';
// Not by its folder's index.ts: what is injected is loaded apart.
import { faultOutbound } from './fault/outbound.ts';
import { disabled } from './kernel/disabled.ts';
import type { OutboundPolicy } from './kernel/outbound.ts';
import type { Policy } from './kernel/policy.ts';
import type { RuleDocument } from './kernel/rules/document.ts';
import { hedgePlace, loadRepeating, loadRepeatingFor, retryPlace } from './repeats.ts';
// Not by its folder's index.ts: what refuses incoming requests is loaded apart.
import { shedOutbound } from './shed/outbound.ts';
import { traceAttemptOutbound, traceCallOutbound } from './trace/index.ts';

export { loadFor as loadBreakersFor, loadInboundBreaker } from './breaker/index.ts';
export { loadTracePolicy } from './trace/index.ts';

/**
 * Outermost first: an attempt is timed inside the breaker, the breaker judges every attempt that is not shed, retry decides
 * on another, and a hedge takes its place early. A trace shows the whole call, and the attempts that were made.
 */
const OUTBOUND: readonly OutboundPolicy[] = [
  traceCallOutbound,
  fallbackPlace,
  deadlineOutbound,
  retryPlace,
  hedgePlace,
  shedOutbound,
  breakerOutbound,
  traceAttemptOutbound,
  attemptTimeoutOutbound,
  faultOutbound,
];

/** From here, so that it shares what calls have loaded. */
export const loadFaultPolicy = async (): Promise<Policy> => (await import('./fault/index.ts')).faultPolicy;

export const caller = createCaller(disabled ? [] : OUTBOUND);

/** By whom a fallback chain asks another dependency. */
const ask: AskOther = (dependency, asked) => caller.call(dependency, asked);

/** Further parts that rules need of calls, before they come in force. */
export async function loadOutboundFor(rules: RuleDocument): Promise<void> {
  await Promise.all([loadTargetsFor(rules), loadRepeatingFor(rules), loadFallbackFor(rules, ask)]);
}

/** For tests whose time stands still while a file is read. */
export async function loadAllOutbound(): Promise<void> {
  await Promise.all([loadTargets(), loadRepeating(), loadFallback(ask), loadChanged()]);
}

export const loadFallbackPolicy = async (): Promise<Policy> => (await loadFallback(ask)).fallbackPolicy;
