// Checks a backoff: what it starts with lies within what it may grow to.
import type { BackoffRule } from '../../../middleware/kernel/rules/document.ts';
import { parseDuration } from '../../../middleware/kernel/units.ts';
import type { Place, Report } from './findings.ts';

/** A limit that lies in the nature of what is delayed. */
interface Ceiling {
  readonly ms: number;
  readonly because: string;
}

export function checkBackoff(backoff: BackoffRule, place: Place, report: Report, ceiling?: Ceiling): void {
  const { initial, max, kind, factor } = backoff;
  if (max !== undefined && parseDuration(initial) > parseDuration(max)) {
    report([...place, 'initial'], `${initial} is more than max (${max})`);
  }
  if (ceiling) {
    for (const [field, text] of [
      ['initial', initial],
      ['max', max],
    ] as const) {
      if (text !== undefined && parseDuration(text) > ceiling.ms) {
        report([...place, field], `${text} cannot be kept: ${ceiling.because}`);
      }
    }
  }
  if (factor !== undefined && (kind === 'linear' || kind === 'fixed')) {
    report([...place, 'factor'], `means nothing for a ${kind} backoff; only exponential ones have a factor`);
  }
}
