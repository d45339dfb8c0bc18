// Keeps an adaptive limit: each instance reports what it measured, and whoever finds a window complete decides the next.
import { FURTHEST_AHEAD_MS, permitStore, type PermitWrite } from '../../store/items/permits.ts';
import type { Invocation } from '../kernel/invocation.ts';
import { adapt, isComplete, plausible, startOf, type Bounds } from './adaptive.ts';
import { correctedNow } from './lease.ts';
import type { CompiledConcurrency } from './rule.ts';

/** An instance reports this often at most; where many permits mean many instances, seldomer. */
const REPORT_EVERY_MS = 1_000;
const MOST_REPORTS_PER_MS = 0.5;
/** A window that nobody ended in this time says nothing of now. */
const WINDOW_KEPT_MS = 60_000;

/** Starts the exchange that is due, beside the handler. */
export function reportIfDue(invocation: Invocation, rule: CompiledConcurrency, bounds: Bounds): void {
  const { clock, random, syncs } = invocation.instance;
  const { memory } = rule;
  const nowMs = clock.now();
  const everyMs = Math.max(REPORT_EVERY_MS, bounds.ceiling / MOST_REPORTS_PER_MS);
  if (nowMs < memory.reportAtMs && memory.reportAtMs - nowMs <= 2 * everyMs) return;
  memory.reportAtMs = nowMs + everyMs * (0.8 + 0.4 * random());
  void syncs.start(`concurrency-limit:${rule.name}`, (signal) => report(invocation, rule, bounds, signal));
}

async function report(
  { instance }: Invocation,
  { name, memory }: CompiledConcurrency,
  bounds: Bounds,
  signal: AbortSignal,
): Promise<void> {
  const { table, service, clock } = instance;
  const store = permitStore(table, service, name, 0);
  const { calls, busyUs } = memory.takeMeasured(clock.now());
  const reported = await store.report(calls, busyUs, correctedNow(clock.now(), table.skew?.()), { signal });
  if (signal.aborted) return;
  memory.saw(0, reported.record, clock.now());
  const window = reported.record?.window;
  if (!window) return;
  const nowMs = correctedNow(clock.now(), table.skew?.());
  const found = reported.record?.adaptive;
  const record = found ? plausible(found, bounds, nowMs) : startOf(bounds, nowMs);
  const elapsedMs = nowMs - window.startedAt;
  const meanMs = window.calls > 0 ? window.busyUs / window.calls / 1000 : 0;
  let decided: PermitWrite;
  // No clock began a window that begins far ahead of all: it would never end.
  if (elapsedMs > WINDOW_KEPT_MS || elapsedMs < -FURTHEST_AHEAD_MS) {
    const next = { ...record, probe: 0, phase: record.phase === 'start' ? 'start' : 'run' } as const;
    decided = await store.drop(nowMs - WINDOW_KEPT_MS, next, nowMs, { signal });
  } else if (isComplete(record.phase, elapsedMs, window.calls, meanMs)) {
    const sample = { calls: window.calls, meanMs, inFlight: window.busyUs / 1000 / elapsedMs };
    decided = await store.decide(window, adapt(record, sample, nowMs, bounds), nowMs, { signal });
  } else {
    return;
  }
  if (!signal.aborted) memory.saw(0, decided.record, clock.now());
}
