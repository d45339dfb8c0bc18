// Job runs: each accounted for, with what made it fail.
export { recordCounts, type Counts } from './account.ts';
export { jobRunPolicy } from './policy.ts';
