// Job runs: each accounted for, with what made it fail.
export { jobRunPolicy, recordCounts, type Counts } from './policy.ts';
