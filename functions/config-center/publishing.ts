// Publishing and rolling back: the next revision, made by one of any number of racing publishers.
import type { z } from 'zod';
import { abortGray } from '../../store/items/gray-changes.ts';
import { notePlan, type PlanTerms } from '../../store/items/gray-plan.ts';

import { grayOf, type GrayTerms } from '../../store/items/gray.ts';
import {
  laterThan,
  publishRevision,
  readDocument,
  readDraft,
  readRevision,
  readState,
  type RulesHead,
  type RulesState,
} from '../../store/items/rules.ts';
import {
  bodyOf,
  ifMatch,
  includes,
  json,
  notFound,
  Problem,
  route,
  type ApiRequest,
  type ApiResponse,
  type Route,
  type Tags,
  sameDocument,
} from '../api/index.ts';
import { settle } from './afterwards.ts';
import { requireApproved } from './approvals.ts';
import { lostRace, requireNoGray } from './conflicts.ts';
import * as described from './described/publishing.ts';
import { pathOf, subjectOf, targetOf, titleOf } from './document-id.ts';
import { draftChanged, storing } from './drafts.ts';
import { requireNear } from './going-back.ts';
import { accessWarnings } from './gray/access-differs.ts';
import { planTermsOf } from './gray/plan-terms.ts';
import { shownGray, termsOf } from './gray/terms.ts';
import { kindOf } from './kinds.ts';
import { librariesBehind, tooNew } from './library.ts';
import type { Parts } from './parts.ts';
import { inheritPause } from './pausing.ts';
import { neededVersion } from './since.ts';
import { record } from '../api/trail.ts';

const NONE: ReadonlyMap<string, number> = new Map();

/** What is to become the next revision. */
interface Next {
  readonly service: string;
  readonly document: object;
  readonly source: string;
  readonly note: string;
  readonly what: 'publish' | 'rollback';
  readonly detail: Readonly<Record<string, number>>;
  readonly force: boolean;
  /** The part of the fleet that is given it; all of it when undefined. */
  readonly gray?: GrayTerms | undefined;
  /** What is to become of that. */
  readonly plan?: PlanTerms | undefined;
}

export function publishingRoutes(parts: Parts): Route[] {
  return [
    route('POST', '/v1/services/{service}/publish', 'publisher', described.publish, (request) =>
      publishDraft(parts, request, request.params.service, {
        ...bodyOf(request, described.publishBody),
        tags: ifMatch(request),
      }),
    ),
    route('POST', '/v1/services/{service}/rollback', 'publisher', described.rollBack, (request) =>
      rollBack(parts, request, request.params.service, bodyOf(request, described.rollbackBody)),
    ),
  ];
}

type PublishWanted = z.infer<typeof described.publishBody> & {
  /** The drafts that are meant; whichever there is when undefined. */
  readonly tags: Tags;
  /** Who is given it first, where that is said in other words than for rules. */
  readonly part?: GrayTerms | undefined;
};

/** Publishes the draft as it stands, or not at all if it is none of those that are meant. */
export async function publishDraft(
  parts: Parts,
  request: ApiRequest,
  service: string,
  wanted: PublishWanted,
): Promise<ApiResponse> {
  const { table } = parts;
  const { note = '', expectedRevision, force = false, gray, part, tags } = wanted;
  // The head before the draft: whoever publishes from here on makes this publication lose, so that it cannot put an
  // older draft in force over a newer one.
  const state = await readState(table, service);
  const { head } = state;
  const draft = await readDraft(table, service);
  if (!draft) {
    throw new Problem(409, `${titleOf(service)} has no draft to publish; PUT one to ${pathOf(service)}/draft.`, {
      code: 'NO_DRAFT',
    });
  }
  if (tags !== undefined && !includes(tags, draft.etag)) throw draftChanged(service, draft);
  if (expectedRevision !== undefined && expectedRevision !== (head?.revision ?? 0)) throw lostRace(service, head);
  requireNoGray(service, state);
  if ((gray ?? part) && (!head || state.removed)) throw nothingBeside(service);
  await requireApproved(parts, request, service, draft);
  const kind = kindOf(service);
  const document = await kind.validate(table, service, kind.valueOf(service, draft.source), request.at);
  const { source } = draft;
  const terms = part ?? (gray && termsOf(gray));
  const plan = gray && planTermsOf(gray);
  const next: Next = { service, document, source, note, what: 'publish', detail: {}, force, gray: terms, plan };
  return publishNext(parts, request, next, state);
}

/**
 * An old document as a new revision: numbers only grow. A gray publication under way is aborted by the same write. The draft stays what it is, for its author to mend.
 */
export async function rollBack(
  parts: Parts,
  request: ApiRequest,
  service: string,
  wanted: z.infer<typeof described.rollbackBody>,
): Promise<ApiResponse> {
  const { table } = parts;
  const { to, note, force = false } = wanted;
  const state = await readState(table, service);
  const revision = await readRevision(table, service, to);
  if (!revision) throw notFound(`${titleOf(service)} has no revision ${to}.`);
  if (revision.state === 'removal') throw removal(service, to);
  await requireNear(parts, request, service, revision);
  const next: Next = {
    service,
    document: kindOf(service).validAgain(service, revision.document),
    source: revision.source,
    note: note ?? `rollback to revision ${to}`,
    what: 'rollback',
    detail: { to },
    force,
  };
  return publishNext(parts, request, next, state);
}

async function publishNext(parts: Parts, request: ApiRequest, next: Next, state: RulesState): Promise<ApiResponse> {
  const { table } = parts;
  const { service, document, source, note, what, detail, force, gray, plan } = next;
  const { head, gray: before, removed } = state;
  if (head && !removed && sameDocument(document, await readDocument(table, service, head.revision, 0))) {
    return before ? backTo(parts, request, next, state) : unchanged(parts, request, next, head);
  }
  const fields = kindOf(service).newFields(document);
  const needs = neededVersion(fields);
  const behind = needs === undefined ? NONE : await librariesBehind(table, service, needs, request.at);
  if (needs !== undefined && behind.size > 0 && !force) throw tooNew(needs, fields, behind);
  // On its head before there are rules: no instance sees the one without the other.
  if (!head && kindOf(service).name === 'rules') await inheritPause(table, service, request.at);
  const published = await storing(() =>
    publishRevision(table, {
      service,
      document,
      source,
      note,
      author: request.caller.name,
      at: laterThan(head, request.at),
      expectedSeq: head?.seq ?? 0,
      needs,
      gray,
      plan,
    }),
  );
  if (!published.applied) throw lostRace(service, published.head, head);
  const started = grayOf(published.head.gray);
  const { revision } = started ?? published.head;
  await record(parts, request, {
    action: `${kindOf(service).name}.${what}`,
    ...subjectOf(service),
    target: targetOf(service, `revision ${revision}`),
    detail: {
      ...detail,
      revision,
      from: head?.revision ?? 0,
      ...(started ? { gray: shownGray(started) } : {}),
      ...(before ? { aborted: before.revision } : {}),
      ...(behind.size > 0 ? { forcedOver: [...behind.keys()] } : {}),
    },
    ...(note === '' ? {} : { note }),
  });
  if (before) await notePlan(table, service, before.revision, { state: 'aborted', reason: note });
  await settle(table, service);
  return answer(parts, request, next, published.head, true);
}

/** What is in force says so already. Also finishes what an earlier publish may have been cut off from. */
async function unchanged(parts: Parts, request: ApiRequest, next: Next, head: RulesHead): Promise<ApiResponse> {
  await settle(parts.table, next.service);
  return answer(parts, request, { ...next, gray: undefined }, head, false);
}

/** A rollback to what the rest of the fleet runs: the part that was given another goes back to it. */
async function backTo(parts: Parts, request: ApiRequest, next: Next, seen: RulesState): Promise<ApiResponse> {
  const { table } = parts;
  const { service, note, what, detail } = next;
  const aborted = await abortGray(table, { service, seen, at: request.at });
  if (!aborted.applied) throw lostRace(service, aborted.head);
  const { revision } = aborted.head;
  const gray = seen.gray?.revision ?? 0;
  await record(parts, request, {
    action: `${kindOf(service).name}.${what}`,
    ...subjectOf(service),
    target: targetOf(service, `revision ${revision}`),
    detail: { ...detail, revision, from: revision, aborted: gray },
    ...(note === '' ? {} : { note }),
  });
  await notePlan(table, service, gray, { state: 'aborted', reason: note });
  await settle(table, service);
  return answer(parts, request, next, aborted.head, true);
}

async function answer(
  { table }: Parts,
  request: ApiRequest,
  { service, document, plan }: Next,
  head: RulesHead,
  changed: boolean,
): Promise<ApiResponse> {
  const { seq } = head;
  const gray = grayOf(head.gray);
  const { revision, publishedAt } = gray ? { revision: gray.revision, publishedAt: gray.startedAt } : head;
  const { warnings: found = [] } = await kindOf(service).warnings(table, service, document, request.at);
  const rest = gray && (await readDocument(table, service, head.revision, 0));
  const isJudged = plan?.steps !== undefined || plan?.abortWhen !== undefined;
  const warnings = [...found, ...(gray ? accessWarnings({ gray, part: document, rest, isJudged }) : [])];
  return json({
    ...{ revision, seq, publishedAt: new Date(publishedAt).toISOString(), changed },
    ...(gray ? { gray: shownGray(gray) } : {}),
    ...(warnings.length > 0 ? { warnings } : {}),
  });
}

/** 409: there is a way to have no rules that says so. */
function removal(service: string, revision: number): Problem {
  const detail = `Revision ${revision} removed the rules: DELETE /v1/services/${service}/rules does so again.`;
  return new Problem(409, detail, { code: 'REMOVAL' });
}

/** 409: the rest of the fleet would be given nothing. */
function nothingBeside(service: string): Problem {
  const detail = `${titleOf(service)} has nothing published that the rest could run: publish to all first.`;
  return new Problem(409, detail, { code: 'NOTHING_IN_FORCE' });
}
