// The attributes of a breaker's item that count something of a stretch of time: fast failures, who reports, how busy they are.
import type { Item } from '../port.ts';
import type { Update } from './update-expression.ts';

/** None is c, f or s, which instances of 0.2 take for buckets of theirs. */
const LETTERS = {
  /** Failures of one fast bucket. */
  failures: 'x',
  /** Instances that reported a failure, each once a stretch. */
  reporters: 'r',
  /** Sum of what each of these has been asked for lately, in tenths of a call. */
  busy: 'q',
  /** The same two of shorter stretches, and of the last fast bucket alone. */
  reportersNow: 'u',
  busyNow: 'p',
  /** Instances with a failure or a slow call, each once a stretch as long as the rule's window. */
  failing: 'd',
  /** Instances that are there, each once a stretch. */
  present: 'n',
  /** Those of them that were not in the stretch before. */
  joined: 'j',
  /** Calls, failures and slow ones of one segment of a window that counts calls. */
  segmentCalls: 'k',
  segmentFailures: 'l',
  segmentSlow: 'm',
  /** Instances with a failure or a slow call, each once a block of ten segments. */
  blockFailing: 'o',
} as const;

export type Tallied = keyof typeof LETTERS;

/** Of the stretch that begins at `start` (epoch ms; of segments their number) and is `width` long (ms; calls). */
export interface BreakerTally {
  readonly of: Tallied;
  readonly start: number;
  readonly width: number;
  readonly count: number;
}

const KINDS = new Map<string, Tallied>(Object.entries(LETTERS).map(([kind, letter]) => [letter, kind as Tallied]));

export function tallyAttribute({ of, start, width }: Pick<BreakerTally, 'of' | 'start' | 'width'>): string {
  return `${LETTERS[of]}${start.toString(36)}.${width.toString(36)}`;
}

export function talliesOf(item: Item): BreakerTally[] {
  const tallies: BreakerTally[] = [];
  for (const [name, count] of Object.entries(item)) {
    const found = /^([a-z])([0-9a-z]+)\.([0-9a-z]+)$/.exec(name);
    const of = KINDS.get(found?.[1] ?? '');
    if (!found || of === undefined || typeof count !== 'number') continue;
    const [start, width] = [Number.parseInt(found[2] ?? '', 36), Number.parseInt(found[3] ?? '', 36)];
    tallies.push({ of, start, width, count });
  }
  return tallies;
}

/** What a report adds to the tallies, and which of the last view it may remove. */
export interface Tallying {
  readonly added: readonly BreakerTally[];
  readonly past: readonly BreakerTally[];
  /** The newest segment of `width` calls that was known, and the newest there then is: none may have begun meanwhile. */
  readonly segments?: { readonly width: number; readonly known: number; readonly newest: number } | undefined;
}

export const NO_TALLYING: Tallying = { added: [], past: [] };

/** The newest segment of a window of calls, for whoever would begin another. Without a dot: no bucket, no tally. */
export const segmentAttribute = (width: number) => `segment-${width.toString(36)}`;

/** Adds to some and removes others; what is added to stays, since one attribute may not stand in both. */
export function tally(update: Update, added: readonly BreakerTally[], removed: readonly BreakerTally[]): void {
  const sums = new Map<string, number>();
  for (const one of added) {
    const attribute = tallyAttribute(one);
    sums.set(attribute, (sums.get(attribute) ?? 0) + one.count);
  }
  for (const [attribute, count] of sums) update.add(attribute, count);
  for (const one of removed) {
    const attribute = tallyAttribute(one);
    if (!sums.has(attribute)) update.remove(attribute);
  }
}
