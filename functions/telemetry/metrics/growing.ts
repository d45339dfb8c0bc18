// A service's counters of a day while it grows: what was unpacked and added before is not again.
import { createHash } from 'node:crypto';
import { unpack } from '../../../store/items/telemetry-detail.ts';
import type { SumData } from '../sums/data.ts';
import { partsOf } from '../sums/subject.ts';
import { OTHER } from '../sums/sum.ts';
import { Counters, isLabel } from './counters.ts';

/** Beyond, the subjects of a service are counted together as `other`, as are those with names too long for Prometheus. */
const MOST_SUBJECTS = 1_000;

/** By subject, as sums are named: `resource#create-order`. */
export type Subjects = ReadonlyMap<string, Counters>;

export class Growing {
  #parts: string[] = [];
  #subjects = new Map<string, Counters>();

  /** How many subjects are held. */
  get size(): number {
    return this.#subjects.size;
  }

  /**
   * The counters of all parts together, each a packed item with sums by subject. Parts that follow those of the last time are
   * added to them; when one of those has changed, all are added anew.
   */
  of(parts: readonly Uint8Array[]): Subjects {
    const digests = parts.map((part) => createHash('sha1').update(part).digest('base64'));
    if (!this.#parts.every((digest, i) => digest === digests[i])) {
      this.#parts = [];
      this.#subjects = new Map();
    }
    for (const part of parts.slice(this.#parts.length)) this.#add(part);
    this.#parts = digests;
    return this.#subjects;
  }

  #add(part: Uint8Array): void {
    for (const [subject, data] of Object.entries(subjectsOf(part))) this.#of(subject).add(data);
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

/** Of an overview or a minute; none when it is neither. */
export function subjectsOf(packed: Uint8Array): { readonly [subject: string]: SumData } {
  const data = unpackedOf(packed);
  const subjects = 'subjects' in data ? data.subjects : undefined;
  if (typeof subjects !== 'object' || subjects === null) return {};
  return Object.fromEntries(Object.entries(subjects).filter(([, sum]) => typeof sum === 'object' && sum !== null));
}

/** Which hours of its day an overview is of. */
export function hoursOf(packed: Uint8Array): number[] {
  const data = unpackedOf(packed);
  return 'hours' in data && Array.isArray(data.hours) ? data.hours.filter((hour) => typeof hour === 'number') : [];
}

function unpackedOf(packed: Uint8Array): object {
  try {
    const data = unpack(packed);
    return typeof data === 'object' && data !== null ? data : {};
  } catch {
    return {};
  }
}
