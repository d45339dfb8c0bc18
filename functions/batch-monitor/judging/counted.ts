// `expect`: what a run that says it succeeded must have counted, in numbers or against its own history. Pure.
import { parseMedianShare } from '../../../middleware/kernel/rules/job-terms.ts';
import type { Run } from '../../../store/items/job-runs.ts';
import type { CountBound, Job } from '../../../store/items/jobs.ts';
import { medianOf } from './history.ts';

const COUNTS = ['read', 'written', 'failed'] as const;

/** What a run broke, in words. `successes` are those before it, oldest first. */
export function miscounted({ expect = {} }: Job, { counts = {} }: Run, successes: readonly Run[]): string[] {
  return COUNTS.flatMap((name) => {
    const bound = expect[name] ?? {};
    // What was not counted did not happen.
    const count = counts[name] ?? 0;
    const past = successes.map((run) => run.counts?.[name] ?? 0);
    const least = limitOf(bound.atLeast, past);
    const most = limitOf(bound.atMost, past);
    const broken: string[] = [];
    if (least && count < least.limit) broken.push(`${name} is ${count}, and at least ${least.words} is expected`);
    if (most && count > most.limit) broken.push(`${name} is ${count}, and at most ${most.words} is expected`);
    return broken;
  });
}

interface Limit {
  readonly limit: number;
  readonly words: string;
}

/** Undefined where nothing is expected, or too little is known to compare with. */
function limitOf(bound: CountBound['atLeast'], past: readonly number[]): Limit | undefined {
  if (bound === undefined) return undefined;
  if (typeof bound === 'number') return { limit: bound, words: `${bound}` };
  const { share, of } = parseMedianShare(bound);
  const median = medianOf(past, of);
  if (median === undefined) return undefined;
  const limit = Math.round(share * median * 100) / 100;
  return { limit, words: `${limit} (${bound}, which is ${median})` };
}
