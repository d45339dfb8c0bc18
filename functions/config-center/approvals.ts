// Four eyes: whoever wrote a draft does not publish it alone, where the deployment asks for that.
import { z } from 'zod';
import { approvalsOf, approveDraft, type Approval } from '../../store/items/approvals.ts';
import type { Draft } from '../../store/items/rules.ts';
import {
  bodyOf,
  ifMatch,
  json,
  moment,
  Problem,
  quoted,
  requireAllServices,
  route,
  shows,
  type ApiRequest,
  type ApiResponse,
  type Caller,
  type Description,
  type Route,
} from '../api/index.ts';
import { approvalsInForce } from './baseline/in-force.ts';
import { BASELINE_ID, pathOf, subjectOf, targetOf } from './document-id.ts';
import { draftChanged, existingDraft } from './drafts.ts';
import type { Parts } from './parts.ts';
import { record } from '../api/trail.ts';

const DRAFT = '/v1/services/{service}/draft';
const BASELINE = '/v1/baseline';

const approveBody = z.strictObject({ note: z.string().max(1000).optional() });

const approvals = z
  .object({
    etag: z.string().meta({ description: 'of the draft, without quotes' }),
    author: z.string(),
    needed: z.int().meta({ description: 'how many others must agree; whoever publishes and is not its author is one' }),
    approvals: z.array(z.object({ by: z.string(), at: moment, note: z.string().optional() })),
  })
  .meta({ id: 'Approvals' });

export const readApprovals: Description = {
  summary: 'Read who has approved the draft as it stands',
  tags: ['drafts'],
  answers: shows('The approvals of exactly this draft.', approvals),
  problems: { 404: 'There is no draft.' },
};

export const approve: Description = {
  summary: 'Approve the draft exactly as it was read',
  details: 'Whoever wrote the draft cannot approve it. Changing the draft takes its approvals away; they hold 30 days.',
  tags: ['drafts'],
  headers: { 'if-match': 'Required: the ETag of the draft that was read.' },
  body: { schema: approveBody, optional: true, examples: { agreed: { note: 'as we agreed on Monday' } } },
  answers: shows('The approvals of exactly this draft.', approvals),
  problems: {
    404: 'There is no draft.',
    412: 'The draft is another one by now.',
    428: 'It was not said which draft is approved.',
  },
};

export function approvalRoutes(parts: Parts): Route[] {
  const { table } = parts;
  return [
    route('GET', `${DRAFT}/approvals`, 'viewer', readApprovals, async (request) => {
      const { service } = request.params;
      return approvalsShown(parts, request, service, await existingDraft(table, service));
    }),
    route('POST', `${DRAFT}/approve`, 'publisher', approve, (request) =>
      approveIt(parts, request, request.params.service),
    ),
    route('GET', `${BASELINE}/draft/approvals`, 'viewer', { ...readApprovals, tags: ['baseline'] }, async (request) =>
      approvalsShown(parts, request, BASELINE_ID, await existingDraft(table, BASELINE_ID)),
    ),
    route('POST', `${BASELINE}/draft/approve`, 'admin', { ...approve, tags: ['baseline'] }, async (request) => {
      requireAllServices(request.caller);
      return approveIt(parts, request, BASELINE_ID);
    }),
  ];
}

export async function approveIt(parts: Parts, request: ApiRequest, id: string): Promise<ApiResponse> {
  const { note } = bodyOf(request, approveBody);
  const draft = await existingDraft(parts.table, id);
  const tags = ifMatch(request);
  if (tags === undefined || tags === '*' || tags.length !== 1) {
    throw new Problem(428, 'Send the ETag of the draft you have read, and no other, as If-Match.', {
      code: 'ETAG_REQUIRED',
      headers: { etag: quoted(draft.etag) },
    });
  }
  if (tags[0] !== draft.etag) throw draftChanged(id, draft);
  const { caller, at } = request;
  if (isSame(personOf(caller), authorOf(draft))) {
    throw new Problem(403, 'You wrote this draft; somebody else must approve it.', { code: 'FOUR_EYES' });
  }
  await approveDraft(parts.table, id, draft, { ...personOf(caller), at, ...(note === undefined ? {} : { note }) });
  await record(parts, request, {
    ...{
      action: 'draft.approve',
      ...subjectOf(id),
      target: targetOf(id, 'draft'),
      detail: { etag: draft.etag, author: draft.author },
    },
    ...(note === undefined ? {} : { note }),
  });
  return approvalsShown(parts, request, id, draft);
}

export async function approvalsShown(
  parts: Parts,
  request: ApiRequest,
  id: string,
  draft: Draft,
): Promise<ApiResponse> {
  const { etag, author } = draft;
  const given = await approvalsOf(parts.table, id, draft, request.at);
  // The draft's ETag stands in the body: as this answer's own it would say that nothing changes when somebody approves.
  return json({ etag, author, needed: await neededBy(parts), approvals: given.map(shown) });
}

/**
 * Asked before a draft is published. Whoever publishes counts as one who agrees, unless they wrote it.
 * @throws {Problem} 403 while too few others have approved exactly this draft.
 */
export async function requireApproved(
  parts: Parts,
  request: ApiRequest,
  id: string,
  draft: Omit<Draft, 'source' | 'updatedAt'>,
): Promise<void> {
  const needed = await neededBy(parts);
  if (needed === 0) return;
  const { etag, author } = draft;
  const given = await approvalsOf(parts.table, id, draft, request.at);
  const agreed: Person[] = [];
  for (const person of [personOf(request.caller), ...given]) {
    if (![authorOf(draft), ...agreed].some((other) => isSame(person, other))) agreed.push(person);
  }
  if (agreed.length >= needed) return;
  const others = needed === 1 ? 'somebody else' : `${needed} others`;
  throw new Problem(
    403,
    `This draft is ${author}'s: ${others} must approve or publish it; POST to ${pathOf(id)}/draft/approve.`,
    {
      code: 'FOUR_EYES',
      more: { etag, author, needed, approvals: given.map(shown) },
    },
  );
}

type Person = Pick<Approval, 'by' | 'identity'>;

function personOf({ name, identity }: Caller): Person {
  return { by: name, identity };
}

function authorOf({ author, authorIdentity }: Pick<Draft, 'author' | 'authorIdentity'>): Person {
  return { by: author, ...(authorIdentity === undefined ? {} : { identity: authorIdentity }) };
}

/** By either: who changes an address stays one person, and so does who has a second key under one name. */
function isSame(one: Person, other: Person): boolean {
  return one.by === other.by || (one.identity !== undefined && one.identity === other.identity);
}

/**
 * How many others than a draft's author must agree to it before it is published; 0 where that is not asked for. Of the
 * deployment and the baseline in force the stricter one decides.
 */
export async function neededBy({ table, approvals = 0 }: Parts): Promise<number> {
  return Math.max(approvals, await approvalsInForce(table));
}

function shown({ by, at, note }: Approval) {
  return { by, at: new Date(at).toISOString(), ...(note === undefined ? {} : { note }) };
}
