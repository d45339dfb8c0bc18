// Knows the outbound policies and their order; loaded when rules name dependencies, or when a function first calls one.
import { createCaller } from './call/caller.ts';
import { attemptTimeoutOutbound, deadlineOutbound } from './deadline/outbound.ts';
import { disabled } from './kernel/disabled.ts';
import type { OutboundPolicy } from './kernel/outbound.ts';
import { breakerSlot, fallbackSlot, retrySlot } from './outbound-slots.ts';
import { traceOutbound } from './trace/index.ts';

/** Outermost first: an attempt is timed inside the breaker, the breaker judges every attempt, retry decides on another. */
const OUTBOUND: readonly OutboundPolicy[] = [
  fallbackSlot.policy,
  deadlineOutbound,
  retrySlot.policy,
  breakerSlot.policy,
  traceOutbound,
  attemptTimeoutOutbound,
];

export const caller = createCaller(disabled ? [] : OUTBOUND);
