// What an instance remembers of a concurrency rule: the slots it has seen, the fleet's limit, and what it measured itself.
import { RuleMemories, Warnings } from '../kernel/rule-memory.ts';
import type { AdaptiveRecord, PermitRecord } from '../../store/items/permits.ts';
import type { ShardView } from './slots.ts';

/** Samples older than this say nothing of how the backend is now. */
const SAMPLES_KEPT_MS = 10_000;

export interface Measured {
  readonly calls: number;
  readonly busyUs: number;
}

/** One rule's part. */
export class RuleMemory extends Warnings {
  readonly views = new Map<number, ShardView>();
  /** What goes on here under permits that only this instance counts. */
  heldHere = 0;
  adaptive: AdaptiveRecord | undefined;
  /** When this instance next reports what it measured, epoch ms. */
  reportAtMs = 0;
  #calls = 0;
  #busyUs = 0;
  #sinceMs = 0;

  saw(shard: number, record: PermitRecord | undefined, nowMs: number): void {
    this.views.set(shard, { seenAtMs: nowMs, expiries: record?.expiries ?? new Map() });
    if (shard === 0 && record?.adaptive) this.adaptive = record.adaptive;
  }

  /** An invocation took so long. */
  measure(durationMs: number, nowMs: number): void {
    if (this.#calls === 0 || nowMs - this.#sinceMs > SAMPLES_KEPT_MS) {
      this.#calls = 0;
      this.#busyUs = 0;
      this.#sinceMs = nowMs;
    }
    this.#calls++;
    this.#busyUs += Math.round(durationMs * 1000);
  }

  /** What was measured lately, told once: a report without an answer is not repeated. */
  takeMeasured(nowMs: number): Measured {
    const fresh = nowMs - this.#sinceMs <= SAMPLES_KEPT_MS;
    const measured = fresh ? { calls: this.#calls, busyUs: this.#busyUs } : { calls: 0, busyUs: 0 };
    this.#calls = 0;
    this.#busyUs = 0;
    return measured;
  }
}

/** All rules' parts on one instance, by name: a changed limit does not forget who holds what. */
export class Memory extends RuleMemories<RuleMemory> {
  constructor() {
    super(() => new RuleMemory());
  }
}
