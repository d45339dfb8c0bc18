// A service's counters of a day while it grows: what was unpacked and added before is not again.
import { partsOf } from '../sums/subject.ts';
import { OTHER } from '../sums/sum.ts';
import { Counters, isLabel } from './counters.ts';
import type { Part } from './part.ts';

/** Beyond, the subjects of a service are counted together as `other`, as are those with names too long for Prometheus. */
const MOST_SUBJECTS = 1_000;

/** By subject, as sums are named: `resource#create-order`. */
export type Subjects = ReadonlyMap<string, Counters>;

export class Growing {
  #parts: string[] = [];
  #subjects = new Map<string, Counters>();
  /** Those of the first part alone: the largest, which changes most seldom. */
  #first: Subjects = new Map();

  /** How many subjects are held. */
  get size(): number {
    return this.#subjects.size;
  }

  /**
   * The counters of all parts together. Parts that follow those of the last time are added to them; when one of those has
   * changed, all from there on are added anew, and the first only when it is the one.
   */
  of(parts: readonly Part[]): Subjects {
    const digests = parts.map(({ digest }) => digest);
    if (!this.#parts.every((digest, i) => digest === digests[i])) {
      const keepsFirst = this.#parts[0] === digests[0];
      this.#subjects = keepsFirst ? copied(this.#first) : new Map<string, Counters>();
      this.#parts = keepsFirst ? this.#parts.slice(0, 1) : [];
    }
    for (let i = this.#parts.length; i < parts.length; i++) {
      for (const [subject, data] of Object.entries(parts[i]?.subjects ?? {})) this.#of(subject).add(data);
      if (i === 0) this.#first = copied(this.#subjects);
    }
    this.#parts = digests;
    return this.#subjects;
  }

  #of(subject: string): Counters {
    const known = this.#subjects.get(subject);
    if (known) return known;
    const { kind, name: own } = partsOf(subject);
    const name = this.#subjects.size < MOST_SUBJECTS && isLabel(own) ? subject : `${kind}#${OTHER}`;
    const counters = this.#subjects.get(name) ?? new Counters();
    this.#subjects.set(name, counters);
    return counters;
  }
}

function copied(subjects: Subjects): Map<string, Counters> {
  return new Map([...subjects].map(([subject, counters]) => [subject, counters.copy()]));
}
