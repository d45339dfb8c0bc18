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
      this.#byId.set(signature.id, counted(signature, (known?.count ?? 0) + signature.count));
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

/** What else there may be in it is no part of it. */
function counted({ id, type, shape, frame, where, requestId, traceId }: ErrorSignature, count: number): ErrorSignature {
  return { id, type, shape, frame, count, where, requestId, ...(traceId === undefined ? {} : { traceId }) };
}

function isSignature(value: unknown): value is ErrorSignature {
  if (typeof value !== 'object' || value === null) return false;
  const { id, type, shape, frame, count, where, requestId, traceId } = value as Partial<ErrorSignature>;
  const isText = (text: unknown) => typeof text === 'string' && text.length <= LONGEST_TEXT;
  return (
    [id, type, shape, frame, where, requestId].every(isText) &&
    (traceId === undefined || isText(traceId)) &&
    Number.isFinite(count) &&
    Number(count) > 0
  );
}
