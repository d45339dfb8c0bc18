// Job runs: each accounted for, with what made it fail.
export type { Progress } from '../../store/items/job-runs.ts';
export type { Counts } from './account.ts';
export { jobRunPolicy } from './policy.ts';
export { recordCounts } from './under-way.ts';
