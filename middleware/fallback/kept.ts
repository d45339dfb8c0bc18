// Last good answers of one instance: copies, each with its age, within bounds of number and size; the longest unused goes first.

const MOST_ENTRIES = 500;
const MOST_BYTES = 4 * 1024 * 1024;
/** One answer must not push out all others. */
const MOST_BYTES_EACH = 128 * 1024;

export interface Kept {
  readonly value: unknown;
  readonly keptAtMs: number;
}

interface Entry {
  readonly bytes: Uint8Array;
  readonly keptAtMs: number;
}

/** Serialized, so that what is kept is what was answered, whatever becomes of the object; and so that its size is known. */
const v8 = () => process.getBuiltinModule('node:v8');

export class KeptAnswers {
  /** The longest unused first. */
  readonly #entries = new Map<string, Entry>();
  #bytes = 0;

  get size(): number {
    return this.#entries.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** What cannot be copied, as a stream, or is too large, is not kept, nor what there was before under that key. */
  keep(key: string, value: unknown, nowMs: number): void {
    this.#drop(key);
    const bytes = bytesOf(value);
    if (!bytes || bytes.length > MOST_BYTES_EACH) return;
    this.#entries.set(key, { bytes, keptAtMs: nowMs });
    this.#bytes += bytes.length;
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= MOST_ENTRIES && this.#bytes <= MOST_BYTES) break;
      this.#drop(oldest);
    }
  }

  /** A copy; undefined when there is none that is young enough. */
  find(key: string, maxAgeMs: number, nowMs: number): Kept | undefined {
    const entry = this.#entries.get(key);
    if (!entry || nowMs - entry.keptAtMs > maxAgeMs) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return { value: v8().deserialize(entry.bytes), keptAtMs: entry.keptAtMs };
  }

  #drop(key: string): void {
    const entry = this.#entries.get(key);
    if (!entry) return;
    this.#entries.delete(key);
    this.#bytes -= entry.bytes.length;
  }
}

function bytesOf(value: unknown): Uint8Array | undefined {
  try {
    return isPlain(value) ? v8().serialize(value) : undefined;
  } catch {
    return undefined;
  }
}

const PLAIN = new Set<unknown>([null, Object.prototype, Array.prototype, Map.prototype, Set.prototype, Date.prototype]);

/** What a copy is as good as. An instance of a class would come back without its methods, or empty. */
export function isPlain(value: unknown, depth = 0): boolean {
  if (typeof value === 'function' || typeof value === 'symbol') return false;
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return true;
  if (depth > 64 || !PLAIN.has(Object.getPrototypeOf(value))) return false;
  if (value instanceof Map) return [...value].every((pair) => isPlain(pair, depth + 1));
  if (value instanceof Set) return [...value].every((one) => isPlain(one, depth + 1));
  return Object.values(value).every((one) => isPlain(one, depth + 1));
}
