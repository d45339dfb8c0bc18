// What follows a change of what is in force: its jobs are declared, and the list of services shows it.
import type { RuleDocument } from '../../middleware/kernel/rules/document.ts';
import { declareJobs } from '../../store/items/jobs.ts';
import { readRevision, readState } from '../../store/items/rules.ts';
import { listRules } from '../../store/items/services.ts';
import type { Table } from '../../store/port.ts';
import { digestOf } from './digest.ts';
import { kindOf } from './kinds.ts';

/**
 * Makes the jobs those of the revision that the fleet runs, and has the list show it. May be done again at any time: what
 * somebody was cut off from is finished so. The time at which a revision came in force orders declarations.
 */
export async function settle(table: Table, service: string): Promise<void> {
  const { head, gray, removed } = await readState(table, service);
  if (!head) return;
  const { seq, revision, publishedAt } = head;
  const found = await readRevision(table, service, revision);
  if (!found) return;
  const { author, source } = found;
  const kind = kindOf(service);
  const digest = digestOf(kind.valueOf(service, source));
  if (kind.name === 'config') {
    await listRules(table, service, {
      seq,
      revision,
      publishedAt,
      author,
      digest,
      ...(gray ? { gray: gray.revision } : {}),
    });
    return;
  }
  // Only what was validated is ever published.
  const { owner, tags, jobs = {} } = found.document as RuleDocument;
  await declareJobs(table, { service, owner: owner ?? '', jobs, atMs: publishedAt });
  await listRules(table, service, {
    ...{ seq, revision, publishedAt, author },
    digest,
    ...(owner === undefined ? {} : { owner }),
    ...(tags === undefined ? {} : { tags }),
    ...(gray === undefined ? {} : { gray: gray.revision }),
    ...(removed ? { removed } : {}),
  });
}
