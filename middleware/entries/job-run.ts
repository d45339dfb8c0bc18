// What `import … from 'flyball/job-run'` gives: the runs of a job, accounted for by a middleware of its own.
export { jobRun, type JobRunOptions } from '../govern.ts';
export type { Counts, Progress } from '../job-run/index.ts';
export type { FlyballContext, GovernedContext, GovernMiddleware } from '../kernel/middleware.ts';
