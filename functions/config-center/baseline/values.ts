// Compares values as rule documents write them: numbers, durations, rates, shares and sizes, each with its own kind.
import { parseRate, parseWindowRate } from '../../../middleware/kernel/rates.ts';
import { parseDuration, parseShare, parseSize } from '../../../middleware/kernel/units.ts';

export interface Measured {
  readonly kind: 'number' | 'duration' | 'rate' | 'share' | 'size';
  readonly amount: number;
}

const perMs = ({ tokens, perMs }: { readonly tokens: number; readonly perMs: number }) => tokens / perMs;

const KINDS: readonly (readonly [Measured['kind'], (text: string) => number])[] = [
  ['duration', parseDuration],
  ['rate', (text) => perMs(/\/(day|week|month)$/.test(text) ? parseWindowRate(text) : parseRate(text))],
  ['share', parseShare],
  ['size', parseSize],
];

/** What a value amounts to; undefined when it is nothing that can be larger than another. */
export function measured(value: unknown): Measured | undefined {
  if (typeof value === 'number') return { kind: 'number', amount: value };
  if (typeof value !== 'string') return undefined;
  for (const [kind, parse] of KINDS) {
    try {
      return { kind, amount: parse(value) };
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
  }
  return undefined;
}
