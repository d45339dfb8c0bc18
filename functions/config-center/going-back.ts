// How far one publisher alone goes back where others must agree to what is published.
import { listRevisions, readHead, type RevisionRecord } from '../../store/items/rules.ts';
import type { Table } from '../../store/port.ts';
import { Problem, type ApiRequest } from '../api/index.ts';
import { neededBy } from './approvals.ts';
import { pathOf } from './document-id.ts';
import type { Parts } from './parts.ts';

/** What was in force within so many days was agreed to, and is remembered by whoever is awake at night. */
const WITHIN_DAYS = 30;
const DAY_MS = 86_400_000;
const PAGE = 50;

/**
 * Nobody is waited for to go back to what was in force before, or lately. What never was, or long ago, is another matter:
 * it may be from before there were access rules.
 * @throws {Problem} 403
 */
export async function requireNear(
  parts: Parts,
  request: ApiRequest,
  id: string,
  { revision, state }: Pick<RevisionRecord, 'revision' | 'state'>,
): Promise<void> {
  if ((await neededBy(parts)) === 0) return;
  if (state === 'aborted') throw tooFar(id, revision, 'was never in force for all');
  if (state !== 'past') return;
  const after = await whatFollowed(parts.table, id, revision);
  const head = await readHead(parts.table, id, { consistent: true });
  if (!after || after.revision === head?.revision) return;
  if (after.publishedAt >= request.at - WITHIN_DAYS * DAY_MS) return;
  throw tooFar(id, revision, `has not been in force since ${new Date(after.publishedAt).toISOString()}`);
}

/** What took its place; undefined when nothing did. */
async function whatFollowed(table: Table, id: string, revision: number): Promise<RevisionRecord | undefined> {
  let after: RevisionRecord | undefined;
  let cursor: string | undefined;
  do {
    const page = await listRevisions(table, id, { limit: PAGE, ...(cursor === undefined ? {} : { cursor }) });
    for (const one of page.revisions) {
      if (one.revision <= revision) return after;
      if (one.state !== 'aborted' && one.state !== 'gray') after = one;
    }
    ({ cursor } = page);
  } while (cursor !== undefined);
  return after;
}

function tooFar(id: string, revision: number, why: string): Problem {
  const detail = `Revision ${revision} ${why}: PUT its text to ${pathOf(id)}/draft and have others approve it.`;
  return new Problem(403, detail, { code: 'FOUR_EYES' });
}
