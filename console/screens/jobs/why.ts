// What went wrong with a job that has failed, in a few lines. Pure.
import type { Job, Run } from './answers.ts';

/** As its alert tells it; until there is one, as its last run that has ended tells it. */
export function whyOf(
  { status }: Pick<Job, 'status'>,
  exception: readonly string[] = [],
  runs: readonly Run[] = [],
): readonly string[] {
  if (status !== 'failed' || exception.length > 0) return exception;
  const last = runs.find((run) => run.status !== 'running');
  if (last?.status !== 'failed') return [];
  const { error, reason } = last;
  if (!error) return reason === undefined ? [] : [reason];
  return [lineOf(error), ...(error.causes ?? []).map(lineOf)];
}

/** Of what a ping has told, one of the two may be empty. */
const lineOf = ({ name, message }: { readonly name: string; readonly message: string }): string =>
  [name, message].filter((part) => part !== '').join(': ');
