// Error signatures of many instances, counted together; the most frequent are kept.
import type { ErrorSignature } from '../../../store/items/telemetry-detail.ts';

export const MOST_SIGNATURES = 30;
const MOST_WHILE_ADDING = 500;
const LONGEST_TEXT = 400;

export class ErrorSignatures {
  readonly #byId = new Map<string, ErrorSignature>();

  add(signatures: readonly ErrorSignature[]): void {
    for (const signature of signatures) {
      if (!isSignature(signature)) continue;
      const known = this.#byId.get(signature.id);
      this.#byId.set(signature.id, known ? { ...signature, count: known.count + signature.count } : signature);
    }
    if (this.#byId.size > MOST_WHILE_ADDING) this.#shrink();
  }

  #shrink(): void {
    const kept = this.#sorted().slice(0, MOST_WHILE_ADDING / 2);
    this.#byId.clear();
    for (const signature of kept) this.#byId.set(signature.id, signature);
  }

  #sorted(): ErrorSignature[] {
    return [...this.#byId.values()].sort((a, b) => b.count - a.count || (a.id < b.id ? -1 : 1));
  }

  /** The most frequent first. */
  top(): ErrorSignature[] {
    return this.#sorted().slice(0, MOST_SIGNATURES);
  }
}

function isSignature(value: unknown): value is ErrorSignature {
  if (typeof value !== 'object' || value === null) return false;
  const { id, type, shape, frame, count, where, requestId, traceId } = value as Partial<ErrorSignature>;
  const isText = (text: unknown) => typeof text === 'string' && text.length <= LONGEST_TEXT;
  return (
    [id, type, shape, frame, where, requestId].every(isText) &&
    (traceId === undefined || isText(traceId)) &&
    typeof count === 'number' &&
    count > 0
  );
}
