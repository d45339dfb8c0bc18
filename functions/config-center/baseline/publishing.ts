// Publishes baselines and rolls them back: nothing in force changes, each service meets the baseline when it publishes next.
import { z } from 'zod';
import { publishRevision, readDocument, readDraft, readHead, readRevision } from '../../../store/items/rules.ts';
import {
  bodyOf,
  includes,
  json,
  notFound,
  Problem,
  valueOfSource,
  type ApiRequest,
  type ApiResponse,
  type Tags,
  sameDocument,
} from '../../api/index.ts';
import { requireApproved } from '../approvals.ts';
import { BASELINE_ID, pathOf, titleOf } from '../document-id.ts';
import { invalidDocument } from '../documents.ts';
import { draftChanged, storing } from '../drafts.ts';
import { requireNear } from '../going-back.ts';
import type { Parts } from '../parts.ts';
import { record } from '../../api/trail.ts';
import { approvalsInForce } from './in-force.ts';
import { loopholesIn } from './loopholes.ts';
import type { Baseline } from './schema.ts';
import { validateBaseline } from './validate.ts';
import { firstViolations } from './violations.ts';

const note = z.string().max(1000);
export const publishBody = z.strictObject({
  note: note.optional(),
  expectedRevision: z.int().min(0).optional(),
});
export const rollbackBody = z.strictObject({ to: z.int().min(1), note: note.optional() });

/** @throws {Problem} 422 with every error in it. */
export function validBaseline(value: unknown): Baseline {
  const validation = validateBaseline(value);
  if (validation.valid) return validation.baseline;
  throw invalidDocument(validation.errors);
}

type PublishWanted = z.infer<typeof publishBody> & {
  /** The drafts that are meant; whichever there is when undefined. */
  readonly tags: Tags;
};

export async function publishBaseline(
  parts: Parts,
  request: ApiRequest,
  { note = '', expectedRevision, tags }: PublishWanted,
): Promise<ApiResponse> {
  const { table } = parts;
  // The head before the draft, as with rules: whoever publishes from here on makes this publication lose.
  const head = await readHead(table, BASELINE_ID, { consistent: true });
  const draft = await readDraft(table, BASELINE_ID);
  if (!draft) {
    throw new Problem(
      409,
      `${titleOf(BASELINE_ID)} has no draft to publish; PUT one to ${pathOf(BASELINE_ID)}/draft.`,
      {
        code: 'NO_DRAFT',
      },
    );
  }
  if (tags !== undefined && !includes(tags, draft.etag)) throw draftChanged(BASELINE_ID, draft);
  if (expectedRevision !== undefined && expectedRevision !== (head?.revision ?? 0)) throw lostRace(head?.revision);
  await requireApproved(parts, request, BASELINE_ID, draft);
  const baseline = validBaseline(valueOfSource(draft.source));
  return publishNext(parts, request, {
    ...{ baseline, source: draft.source, note },
    ...{ action: 'baseline.publish', detail: {}, expectedSeq: head?.seq ?? 0 },
  });
}

export async function rollBackBaseline(parts: Parts, request: ApiRequest): Promise<ApiResponse> {
  const { table } = parts;
  const { to, note } = bodyOf(request, rollbackBody);
  const head = await readHead(table, BASELINE_ID, { consistent: true });
  const revision = await readRevision(table, BASELINE_ID, to);
  if (!revision) throw notFound(`${titleOf(BASELINE_ID)} has no revision ${to}.`);
  await requireNear(parts, request, BASELINE_ID, revision);
  const baseline = validBaseline(revision.document);
  if ((baseline.approvals?.publish ?? 0) < (await approvalsInForce(table))) throw fewerEyes(to);
  return publishNext(parts, request, {
    ...{ baseline, source: revision.source },
    ...{ note: note ?? `rollback to revision ${to}`, action: 'baseline.rollback' },
    ...{ detail: { to }, expectedSeq: head?.seq ?? 0 },
  });
}

/** 403: one admin alone could do away with what asks for others. */
function fewerEyes(to: number): Problem {
  const detail = `Revision ${to} asks for fewer approvals than the baseline in force: publish it as a draft that others approve.`;
  return new Problem(403, detail, { code: 'FOUR_EYES' });
}

interface Next {
  readonly baseline: Baseline;
  readonly source: string;
  readonly note: string;
  readonly action: 'baseline.publish' | 'baseline.rollback';
  readonly detail: Readonly<Record<string, number>>;
  readonly expectedSeq: number;
}

async function publishNext(parts: Parts, request: ApiRequest, next: Next): Promise<ApiResponse> {
  const { table } = parts;
  const { baseline, source, note, action, detail, expectedSeq } = next;
  const standing = await readHead(table, BASELINE_ID, { consistent: true });
  if (standing && sameDocument(baseline, await readDocument(table, BASELINE_ID, standing.revision, 0))) {
    return answer(parts, baseline, standing, false);
  }
  const published = await storing(() =>
    publishRevision(table, {
      ...{ service: BASELINE_ID, document: baseline, source, note },
      author: request.caller.name,
      // Later revisions have later times, whatever the clocks of those who publish.
      at: Math.max(request.at, (standing?.publishedAt ?? 0) + 1),
      expectedSeq,
    }),
  );
  if (!published.applied) throw lostRace(published.head?.revision);
  const { revision } = published.head;
  await record(parts, request, {
    action,
    target: `revision ${revision}`,
    detail: { ...detail, revision, from: standing?.revision ?? 0 },
    ...(note === '' ? {} : { note }),
  });
  return answer(parts, baseline, published.head, true);
}

interface Standing {
  readonly revision: number;
  readonly seq: number;
  readonly publishedAt: number;
}

async function answer({ table }: Parts, baseline: Baseline, head: Standing, changed: boolean): Promise<ApiResponse> {
  const { revision, seq } = head;
  const publishedAt = new Date(head.publishedAt).toISOString();
  const violations = await firstViolations(table, baseline);
  return json({ revision, seq, publishedAt, changed, ...violations, ...loopholesIn(baseline) });
}

/** 409: nothing of this publication is in force, and what is must be looked at first. */
function lostRace(revision: number | undefined): Problem {
  const stands = revision === undefined ? 'another publication is under way' : `revision ${revision} is in force`;
  return new Problem(409, `Somebody else published the baseline: ${stands}. Compare, then publish again.`, {
    code: 'PUBLISHED_MEANWHILE',
    ...(revision === undefined ? {} : { more: { revision } }),
  });
}
