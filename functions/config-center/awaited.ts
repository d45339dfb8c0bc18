// Jobs of other services that a document's resources wait for and are not told of: warnings, since those may come later.
import { awaitedJobsOf } from '../../middleware/kernel/rules/awaited-jobs.ts';
import type { RuleDocument } from '../../middleware/kernel/rules/document.ts';
import { readJob } from '../../store/items/jobs.ts';
import type { Table } from '../../store/port.ts';
import { pointerOf, type FieldError } from '../api/index.ts';
import { sideBySide } from '../api/passes.ts';

const SIDE_BY_SIDE = 8;
/** Jobs that are looked up; a document that waits for more is not warned of the rest. */
const MOST_JOBS = 50;

export async function notTold(table: Table, service: string, { resources = {} }: RuleDocument): Promise<FieldError[]> {
  const named = Object.entries(resources).flatMap(([name, rule]) =>
    awaitedJobsOf(rule, service).map(({ service: of, job }, i) => ({
      of,
      job,
      path: ['resources', name, 'pausedWhile', i],
    })),
  );
  const others = new Map(named.flatMap((one) => (one.of === service ? [] : [[`${one.of}:${one.job}`, one] as const])));
  const faults = new Map<string, string>();
  await sideBySide(SIDE_BY_SIDE, [...others].slice(0, MOST_JOBS), async ([id, { of, job }]) => {
    const known = await readJob(table, of, job);
    if (!known || known.retiredAt !== undefined)
      faults.set(id, `the service "${of}" has no job "${job}": nothing is paused`);
    else if (known.announced !== true) {
      faults.set(id, `the job "${job}" of "${of}" tells nobody of its runs: publish it there with announced: true`);
    }
  });
  return named.flatMap(({ of, job, path }) => {
    const reason = faults.get(`${of}:${job}`);
    return of === service || reason === undefined ? [] : [{ path: pointerOf(path), reason }];
  });
}
