// Publishing and rolling back: the next revision, made by one of any number of racing publishers.
import type { z } from 'zod';
import type { RuleDocument } from '../../middleware/kernel/rules/document.ts';
import { declareJobs } from '../../store/items/jobs.ts';
import {
  publishRevision,
  readDocument,
  readDraft,
  readHead,
  readRevision,
  type RulesHead,
} from '../../store/items/rules.ts';
import { listRules } from '../../store/items/services.ts';
import {
  bodyOf,
  ifMatch,
  includes,
  json,
  notFound,
  Problem,
  route,
  valueOfSource,
  type ApiRequest,
  type ApiResponse,
  type Route,
  type Tags,
} from '../api/index.ts';
import { requireApproved } from './approvals.ts';
import * as described from './described/publishing.ts';
import { digestOf } from './digest.ts';
import { sameDocument, validated } from './documents.ts';
import { draftChanged, storing } from './drafts.ts';
import { validatedNow, warningsNow } from './drills.ts';
import { librariesBehind, tooNew } from './library.ts';

import type { Parts } from './parts.ts';
import { inheritPause } from './pausing.ts';
import { neededVersion, newFieldsOf } from './since.ts';
import { record } from './trail.ts';

const NONE: ReadonlyMap<string, number> = new Map();

/** What is to become the next revision. */
interface Next {
  readonly service: string;
  readonly document: RuleDocument;
  readonly source: string;
  readonly note: string;
  readonly action: 'rules.publish' | 'rules.rollback';
  readonly detail: Readonly<Record<string, number>>;
  readonly force: boolean;
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
      rollBack(parts, request, request.params.service),
    ),
  ];
}

type PublishWanted = z.infer<typeof described.publishBody> & {
  /** The drafts that are meant; whichever there is when undefined. */
  readonly tags: Tags;
};

/** Publishes the draft as it stands, or not at all if it is none of those that are meant. */
export async function publishDraft(
  parts: Parts,
  request: ApiRequest,
  service: string,
  wanted: PublishWanted,
): Promise<ApiResponse> {
  const { table } = parts;
  const { note = '', expectedRevision, force = false, tags } = wanted;
  // The head before the draft: whoever publishes from here on makes this publication lose, so that it cannot put an
  // older draft in force over a newer one.
  const head = await readHead(table, service, { consistent: true });
  const draft = await readDraft(table, service);
  if (!draft) {
    throw new Problem(409, `Service "${service}" has no draft to publish; PUT one to /v1/services/${service}/draft.`, {
      code: 'NO_DRAFT',
    });
  }
  if (tags !== undefined && !includes(tags, draft.etag)) throw draftChanged(service, draft);
  if (expectedRevision !== undefined && expectedRevision !== (head?.revision ?? 0)) throw lostRace(service, head);
  await requireApproved(parts, request, service, draft);
  const document = await validatedNow(table, service, valueOfSource(draft.source), request.at);
  const next: Next = { service, document, source: draft.source, note, action: 'rules.publish', detail: {}, force };
  return publishNext(parts, request, next, head);
}

/** An old document as a new revision: numbers only grow. The draft stays what it is, for its author to mend. */
async function rollBack(parts: Parts, request: ApiRequest, service: string): Promise<ApiResponse> {
  const { table } = parts;
  const { to, note, force = false } = bodyOf(request, described.rollbackBody);
  const head = await readHead(table, service, { consistent: true });
  const revision = await readRevision(table, service, to);
  if (!revision) throw notFound(`Service "${service}" has no revision ${to}.`);
  const next: Next = {
    service,
    // What was valid once may not be today; but a level of logs that has ended is in nobody's way.
    document: validated(service, revision.document),
    source: revision.source,
    note: note ?? `rollback to revision ${to}`,
    action: 'rules.rollback',
    detail: { to },
    force,
  };
  return publishNext(parts, request, next, head);
}

async function publishNext(
  parts: Parts,
  request: ApiRequest,
  next: Next,
  head: RulesHead | undefined,
): Promise<ApiResponse> {
  const { table } = parts;
  const { service, document, source, note, action, detail, force } = next;
  if (head && sameDocument(document, await readDocument(table, service, head.revision, 0))) {
    // Also finishes what an earlier publish may have been cut off from.
    await declare(parts, next, head);
    const standing = await readRevision(table, service, head.revision);
    await list(parts, { ...next, source: standing?.source ?? source }, head, standing?.author ?? request.caller.name);
    return answer(parts, request, next, head, false);
  }
  const fields = newFieldsOf(document);
  const needs = neededVersion(fields);
  const behind = needs === undefined ? NONE : await librariesBehind(table, service, needs, request.at);
  if (needs !== undefined && behind.size > 0 && !force) throw tooNew(needs, fields, behind);
  // On its head before there are rules: no instance sees the one without the other.
  if (!head) await inheritPause(table, service, request.at);
  const published = await storing(() =>
    publishRevision(table, {
      service,
      document,
      source,
      note,
      author: request.caller.name,
      // Later revisions have later times, whatever the clocks of those who publish.
      at: Math.max(request.at, (head?.publishedAt ?? 0) + 1),
      expectedSeq: head?.seq ?? 0,
      needs,
    }),
  );
  if (!published.applied) throw lostRace(service, published.head);
  const { revision } = published.head;
  await record(parts, request, {
    action,
    service,
    target: `revision ${revision}`,
    detail: {
      ...detail,
      revision,
      from: head?.revision ?? 0,
      ...(behind.size > 0 ? { forcedOver: [...behind.keys()] } : {}),
    },
    ...(note === '' ? {} : { note }),
  });
  await declare(parts, next, published.head);
  await list(parts, next, published.head, request.caller.name);
  return answer(parts, request, next, published.head, true);
}

/** The jobs are those of the revision in force; the revision's time orders declarations. */
async function declare(parts: Parts, { service, document }: Next, head: RulesHead): Promise<void> {
  const { owner = '', jobs = {} } = document;
  await declareJobs(parts.table, { service, owner, jobs, atMs: head.publishedAt });
}

/** What the list of services shows of it. */
async function list({ table }: Parts, { service, document, source }: Next, head: RulesHead, author: string) {
  const { seq, revision, publishedAt } = head;
  const { owner, tags } = document;
  await listRules(table, service, {
    ...{ seq, revision, publishedAt, author },
    digest: digestOf(valueOfSource(source)),
    ...(owner === undefined ? {} : { owner }),
    ...(tags === undefined ? {} : { tags }),
  });
}

async function answer(
  { table }: Parts,
  request: ApiRequest,
  { service, document }: Next,
  head: RulesHead,
  changed: boolean,
): Promise<ApiResponse> {
  const { revision, seq } = head;
  const publishedAt = new Date(head.publishedAt).toISOString();
  return json({ revision, seq, publishedAt, changed, ...(await warningsNow(table, service, document, request.at)) });
}

/** 409: nothing of this publication is in force, and what is must be looked at first. */
function lostRace(service: string, head: RulesHead | undefined): Problem {
  const stands = head ? `revision ${head.revision} is in force` : 'another publication is under way';
  return new Problem(409, `Somebody else published rules of "${service}": ${stands}. Compare, then publish again.`, {
    code: 'PUBLISHED_MEANWHILE',
    ...(head ? { more: { revision: head.revision, seq: head.seq } } : {}),
  });
}
