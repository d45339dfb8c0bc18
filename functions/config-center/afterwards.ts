// What follows a change of what is in force: its jobs are declared, and the list of services shows it.
import { pausedBy } from '../../middleware/kernel/rules/awaited-jobs.ts';
import type { RuleDocument } from '../../middleware/kernel/rules/document.ts';
import { declareJobs, type JobDefinition } from '../../store/items/jobs.ts';
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
  const document = found.document as RuleDocument;
  const { owner, tags } = document;
  await declareJobs(table, { service, owner: owner ?? '', jobs: declaredIn(document), atMs: publishedAt });
  await listRules(table, service, {
    ...{ seq, revision, publishedAt, author },
    digest,
    ...(owner === undefined ? {} : { owner }),
    ...(tags === undefined ? {} : { tags }),
    ...(gray === undefined ? {} : { gray: gray.revision }),
    ...(removed ? { removed } : {}),
  });
}

/** The jobs of a document, each with what is paused while it runs. */
function declaredIn(document: RuleDocument): Record<string, JobDefinition> {
  return Object.fromEntries(
    Object.entries(document.jobs ?? {}).map(([name, job]) => {
      const pausing = pausedBy(document, name);
      return [name, pausing.length > 0 ? { ...job, pausing } : job];
    }),
  );
}
