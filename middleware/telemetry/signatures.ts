// Errors of a minute, grouped by what they are, the shape of their message and where they were thrown.
import type { ErrorSignature } from '../../store/items/telemetry-detail.ts';
import { frameOf } from './frame.ts';
import { shapeOf } from './shape.ts';

/** Formatting a stack costs up to a millisecond with source maps: so many errors of a minute have theirs looked at. */
const MOST_STACKS = 20;
/** Beyond so many, errors are told apart by their type alone. */
const MOST_SHAPES = 200;
const MOST_SIGNATURES = 30;
const LONGEST_MESSAGE = 2_000;
const LONGEST_STACK = 20_000;
const LONGEST_TYPE = 100;
const ID_LENGTH = 12;

/** When it happened last. */
export interface Occurrence {
  /** What was invoked, or the dependency that was called. */
  readonly where: string;
  readonly requestId: string;
  readonly traceId: string | undefined;
}

interface Growing {
  readonly id: string;
  readonly type: string;
  readonly shape: string;
  readonly frame: string;
  count: number;
  last: Occurrence;
}

export class Signatures {
  readonly #redact: (text: string) => string;
  readonly #groups = new Map<string, Growing>();
  /** The last group of a type and shape: where errors go whose stack is not looked at any more. */
  readonly #byShape = new Map<string, Growing>();
  #stacks = 0;
  #shapes = 0;

  constructor(redact: (text: string) => string) {
    this.#redact = redact;
  }

  /** Counts an error. Gives its signature's id. */
  add(error: unknown, last: Occurrence): string {
    const group = this.#groupOf(error, last);
    group.count++;
    group.last = last;
    return group.id;
  }

  #groupOf(error: unknown, last: Occurrence): Growing {
    const type = this.#redact(typeOf(error)).slice(0, LONGEST_TYPE);
    const shape = this.#shapes++ < MOST_SHAPES ? shapeOf(this.#redact(messageOf(error))) : '';
    const kind = JSON.stringify([type, shape]);
    const known = this.#byShape.get(kind);
    if (known && this.#stacks >= MOST_STACKS) return known;
    const frame = this.#stacks++ < MOST_STACKS ? this.#frameOf(error) : '';
    const group = this.#group(type, shape, frame, last);
    this.#byShape.set(kind, group);
    return group;
  }

  #frameOf(error: unknown): string {
    const stack = error instanceof Error ? error.stack : undefined;
    return typeof stack === 'string' ? frameOf(this.#redact(cut(stack, LONGEST_STACK))) : '';
  }

  #group(type: string, shape: string, frame: string, last: Occurrence): Growing {
    const id = idOf(type, shape, frame);
    let group = this.#groups.get(id);
    if (group) return group;
    // What has no room of its own is counted by its type, and in the end together.
    if (this.#groups.size >= MOST_SIGNATURES && shape + frame !== '') return this.#group(type, '', '', last);
    if (this.#groups.size >= 2 * MOST_SIGNATURES && type !== 'other') return this.#group('other', '', '', last);
    group = { id, type, shape, frame, count: 0, last };
    this.#groups.set(id, group);
    return group;
  }

  /** The most frequent first. */
  read(): readonly ErrorSignature[] {
    return [...this.#groups.values()]
      .sort((a, b) => b.count - a.count)
      .map(({ last: { where, requestId, traceId }, id, type, shape, frame, count }) => ({
        ...{ id, type, shape, frame, count, where, requestId },
        ...(traceId === undefined ? {} : { traceId }),
      }));
  }

  clear(): void {
    this.#groups.clear();
    this.#byShape.clear();
    this.#stacks = this.#shapes = 0;
  }
}

function typeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return typeof error;
  const name = 'name' in error ? error.name : undefined;
  return typeof name === 'string' && name !== '' ? name : 'object';
}

function messageOf(error: unknown): string {
  const message = typeof error === 'object' && error !== null && 'message' in error ? error.message : error;
  if (typeof message === 'string') return cut(message, LONGEST_MESSAGE);
  return typeof message === 'number' || typeof message === 'boolean' ? String(message) : '';
}

/** Without the word that the cut went through: half a secret looks like none. */
function cut(text: string, longest: number): string {
  if (text.length <= longest) return text;
  const part = text.slice(0, longest);
  return part.slice(0, Math.max(0, part.search(/\s\S*$/)));
}

function idOf(...parts: readonly string[]): string {
  return process.getBuiltinModule('node:crypto').hash('sha256', JSON.stringify(parts), 'hex').slice(0, ID_LENGTH);
}
