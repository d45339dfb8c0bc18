// An item of series as it was read: unpacked once, and only when somebody asks what is in it. What it holds is not believed.
import { hash } from 'node:crypto';
import { unpack } from '../../../store/items/telemetry-detail.ts';
import type { SumData } from '../sums/data.ts';

export class Part {
  readonly #packed: Uint8Array;
  #data: object | undefined;
  #digest: string | undefined;

  constructor(packed: Uint8Array) {
    this.#packed = packed;
  }

  /** The same for the same bytes. */
  get digest(): string {
    return (this.#digest ??= hash('sha1', this.#packed, 'base64'));
  }

  /** Its sums; none when it has none. */
  get subjects(): { readonly [subject: string]: SumData } {
    const data = this.#unpacked();
    const subjects = 'subjects' in data ? data.subjects : undefined;
    if (typeof subjects !== 'object' || subjects === null) return {};
    return Object.fromEntries(Object.entries(subjects).filter(([, sum]) => typeof sum === 'object' && sum !== null));
  }

  /** Which hours of its day an overview is of. */
  get hours(): number[] {
    const data = this.#unpacked();
    return 'hours' in data ? numbersIn(data.hours) : [];
  }

  /** Which slots of five minutes of its hour an hour's overview is of. */
  get slots(): number[] {
    const data = this.#unpacked();
    return 'slots' in data ? numbersIn(data.slots) : [];
  }

  #unpacked(): object {
    if (this.#data) return this.#data;
    try {
      const data = unpack(this.#packed);
      this.#data = typeof data === 'object' && data !== null ? data : {};
    } catch {
      this.#data = {};
    }
    return this.#data;
  }
}

function numbersIn(list: unknown): number[] {
  return Array.isArray(list) ? list.filter((entry) => typeof entry === 'number') : [];
}
