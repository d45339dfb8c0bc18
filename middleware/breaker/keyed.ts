// Breakers of a rule with a key: one for each value of it that this instance has met of late.
import type { Instance } from '../kernel/instance.ts';
import type { Invocation } from '../kernel/invocation.ts';
import type * as Keys from '../kernel/key.ts';
import type { RawKey } from '../kernel/key.ts';
import type { Call } from '../kernel/outbound.ts';
import { Breaker } from './breaker.ts';
import { keptOn } from './kept.ts';

/** Handed over rather than imported: it is in the throttle's file, and would else be in one that everybody loads. */
export type KeyParts = Pick<typeof Keys, 'partOf' | 'rawKeyOf' | 'storedKey'>;

/** What a key's values are read from; an invocation's own breaker has no call. */
export interface Asked {
  readonly invocation: Invocation;
  readonly operation?: Call['operation'];
  readonly breakerKey?: Call['breakerKey'];
}

type ReadPart = (asked: Asked) => string | undefined;

/** A longer list is cut: those that have not been met for longest are met again as if for the first time. */
const MOST_KEYS = 1_000;

export class KeyedBreakers {
  readonly parts: readonly string[];
  readonly #name: string;
  readonly #instance: Instance;
  readonly #keys: KeyParts;
  readonly #read: readonly ReadPart[];
  /** The one that was met last is the last. */
  readonly #breakers = new Map<RawKey, Breaker>();

  /** @throws {RangeError} for a part that nothing has. */
  constructor(name: string, parts: readonly string[], instance: Instance, keys: KeyParts) {
    this.parts = parts;
    this.#name = name;
    this.#instance = instance;
    this.#keys = keys;
    this.#read = parts.map((part) => readerOf(part, keys));
  }

  get size(): number {
    return this.#breakers.size;
  }

  of(asked: Asked): Breaker {
    const raw = this.#keys.rawKeyOf(this.#read.map((read) => read(asked)));
    const known = this.#breakers.get(raw);
    if (known) {
      this.#breakers.delete(raw);
      this.#breakers.set(raw, known);
      return known;
    }
    if (this.#breakers.size >= MOST_KEYS) this.#dropOne();
    const breaker = new Breaker(this.#name, this.#instance, this.#keys.storedKey(this.parts, raw));
    this.#breakers.set(raw, breaker);
    return breaker;
  }

  lookAgain(): void {
    for (const breaker of this.#breakers.values()) breaker.lookAgain();
  }

  /** Of those that are closed the one that was met the longest ago, else of all. */
  #dropOne(): void {
    let oldest: RawKey | undefined;
    for (const [raw, breaker] of this.#breakers) {
      oldest ??= raw;
      if (!breaker.closed) continue;
      oldest = raw;
      break;
    }
    if (oldest !== undefined) this.#breakers.delete(oldest);
  }
}

/** The breakers of a rule on an instance; of one whose key is made of other parts than before, none are left. */
export function keyedBreakers(
  name: string,
  parts: readonly string[],
  instance: Instance,
  keys: KeyParts,
): KeyedBreakers {
  const { keyed } = keptOn(instance);
  const kept = keyed.get(name);
  if (kept?.parts.join() === parts.join()) return kept;
  const made = new KeyedBreakers(name, parts, instance, keys);
  keyed.set(name, made);
  return made;
}

function readerOf(part: string, { partOf }: KeyParts): ReadPart {
  if (part === 'operation') return ({ operation }) => operation;
  if (part === 'call') return ({ breakerKey }) => breakerKey;
  const read = partOf(part);
  return ({ invocation }) => read(invocation);
}
