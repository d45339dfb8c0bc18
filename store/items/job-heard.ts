// Notes that a run is alive, and how far it has come.
import { instanceKeys } from '../instance-keys.ts';
import type { CallOptions, Table, Written } from '../port.ts';
import type { Progress, RunStart } from './job-runs.ts';

/**
 * Of a run that has begun and not ended; `applied` is false of any other, and makes none: a run whose beginning the store
 * does not have must not keep it from coming.
 */
export function noteHeard(
  table: Table,
  { service, job, run, startedAt }: RunStart,
  { heardAt, progress }: { readonly heardAt: number; readonly progress?: Progress | undefined },
  options: CallOptions = {},
): Promise<Written> {
  return table.update({
    key: instanceKeys.jobRun(service, job, new Date(startedAt).toISOString(), run),
    update: `SET heardAt = :heardAt${progress === undefined ? '' : ', progress = :progress'}`,
    condition: 'attribute_exists(pk) AND attribute_not_exists(endedAt)',
    values: { ':heardAt': heardAt, ...(progress === undefined ? {} : { ':progress': progress }) },
    ...options,
  });
}
