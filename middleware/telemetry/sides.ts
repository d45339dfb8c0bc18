// Invocations by the revision of their rules, while part of the fleet is given another than the rest.
import type { Side } from '../../store/items/telemetry-detail.ts';
import type { Invocation } from '../kernel/invocation.ts';
import type { Outcome } from '../kernel/outcome.ts';
import { packedBytes } from './measures.ts';
import { GrowingTally } from './tally.ts';

/** Within a minute a fleet changes from one gray publication to the next, at most. */
const MOST_REVISIONS = 4;

export class Sides {
  readonly #byRevision = new Map<number, GrowingTally>();

  record({ snapshot, refusal }: Invocation, outcome: Outcome, durationMs: number, bucket: number): void {
    // Anybody can be refused as often as they like, on the side they like: that says nothing of a revision.
    if (outcome === 'refused' && refusal?.by === 'access') return;
    const { revision } = snapshot.origin;
    let side = this.#byRevision.get(revision);
    if (!side) {
      if (this.#byRevision.size >= MOST_REVISIONS) return;
      this.#byRevision.set(revision, (side = new GrowingTally()));
    }
    side.record(outcome, durationMs, bucket, false, false);
  }

  /** Undefined when nothing was counted. */
  read(): { readonly [revision: string]: Side } | undefined {
    const read: [string, Side][] = [];
    for (const [revision, growing] of this.#byRevision) {
      const tally = growing.read();
      if (!tally) continue;
      const { outcomes, durations } = tally;
      read.push([String(revision), { outcomes, ...(durations ? { durations: packedBytes(durations) } : {}) }]);
    }
    return read.length > 0 ? Object.fromEntries(read) : undefined;
  }

  clear(): void {
    // The next minute may have other revisions.
    this.#byRevision.clear();
  }
}
