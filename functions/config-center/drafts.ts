// Drafts: read, replaced under If-Match, validated without being stored.
import type { Table } from '../../store/port.ts';
import { readDraft, readHead, readRevision, RulesTooLarge, writeDraft, type Draft } from '../../store/items/rules.ts';
import { etagOf } from '../../store/items/rules-pack.ts';
import { listDraft } from '../../store/items/services.ts';
import {
  ifMatch,
  ifNoneMatch,
  includes,
  json,
  notFound,
  notModified,
  Problem,
  quoted,
  route,
  type ApiRequest,
  type ApiResponse,
  type Route,
  diffDocuments,
  sameDocument,
} from '../api/index.ts';
import * as described from './described/rules.ts';
import { digestOf } from './digest.ts';
import { draftOf, pathOf, subjectOf, targetOf, titleOf } from './document-id.ts';
import { kindOf } from './kinds.ts';
import type { Parts } from './parts.ts';
import { record } from '../api/trail.ts';

const DRAFT = '/v1/services/{service}/draft';

export function draftRoutes(parts: Parts): Route[] {
  const { table } = parts;
  return [
    route('GET', DRAFT, 'viewer', described.readDraft, (request) => getDraft(table, request, request.params.service)),
    route('PUT', DRAFT, 'editor', described.putDraft, (request) =>
      putValidDraft(parts, request, request.params.service),
    ),
    route('POST', `${DRAFT}/validate`, 'viewer', described.validateDraft, (request) =>
      validateDraft(table, request, request.params.service),
    ),
  ];
}

/** Puts a draft that may be published as it is. */
export function putValidDraft(parts: Parts, request: ApiRequest, id: string): Promise<ApiResponse> {
  return putDraft(parts, request, id, (value) => kindOf(id).validate(parts.table, id, value, request.at));
}

/** What is sent, or without a body the draft. @throws {Problem} 422 with every error in it. */
export async function validateDraft(table: Table, request: ApiRequest, id: string): Promise<ApiResponse> {
  const kind = kindOf(id);
  const isSent = request.body.text !== '';
  const value = isSent ? kind.read(id, request).value : kind.valueOf(id, (await existingDraft(table, id)).source);
  const document = await kind.validate(table, id, value, request.at);
  return json({ valid: true, ...(await kind.warnings(table, id, document, request.at)) });
}

export async function getDraft(table: Table, request: ApiRequest, id: string): Promise<ApiResponse> {
  const draft = await existingDraft(table, id);
  if (includes(ifNoneMatch(request), draft.etag)) return notModified(quoted(draft.etag));
  return draftResponse(table, request, id, draft, kindOf(id).valueOf(id, draft.source));
}

/** @throws {Problem} 404 when there is no draft. */
export async function existingDraft(table: Table, id: string): Promise<Draft> {
  const draft = await readDraft(table, id);
  if (!draft) throw notFound(`${titleOf(id)} has no draft; PUT one to ${pathOf(id)}/draft.`);
  return draft;
}

/** Nothing is stored of a document that may not be published: `validate` throws then. */
export async function putDraft(
  parts: Parts,
  request: ApiRequest,
  id: string,
  validate: (value: unknown) => Promise<unknown>,
): Promise<ApiResponse> {
  const { table } = parts;
  const { source, value } = kindOf(id).read(id, request);
  await validate(value);
  const sent = { etag: etagOf(source), value };
  const expected = await expectedEtag(table, id, request, sent);
  const standing = expected === null ? undefined : await readDraft(table, id);
  const isSame = standing?.etag === sent.etag && (expected === undefined || expected === standing.etag);
  // The same text again makes nobody its author: an editor's key would else free its writer to publish it alone.
  const draft = standing && isSame ? standing : await storeDraft(parts, request, id, { source, value, expected });
  return draftResponse(table, request, id, draft, value);
}

interface DraftSent {
  readonly source: string;
  readonly value: unknown;
  readonly expected?: string | null | undefined;
}

/** Writes a validated draft, lists it and leaves its trace. @throws {Problem} 412 when another one than expected stands, 413. */
export async function storeDraft(parts: Parts, request: ApiRequest, id: string, sent: DraftSent): Promise<Draft> {
  const { table } = parts;
  const { source, value, expected } = sent;
  const { name: author, identity: authorIdentity } = request.caller;
  const write = { service: id, source, author, authorIdentity, writing: parts.newId(), at: request.at };
  const written = await storing(() =>
    writeDraft(table, expected === undefined ? write : { ...write, ifMatch: expected }),
  );
  const standing = written.applied ? undefined : written.draft;
  // Somebody was faster with the very same text: theirs it is.
  if (standing && standing.etag === etagOf(source) && (expected ?? standing.etag) === standing.etag) return standing;
  if (!written.applied) throw draftChanged(id, written.draft, { etag: etagOf(source), value });
  const { draft } = written;
  const { etag, updatedAt } = draft;
  await listDraft(table, id, { etag, author, updatedAt, digest: digestOf(value) });
  await record(parts, request, {
    action: 'draft.put',
    ...subjectOf(id),
    target: targetOf(id, 'draft'),
    detail: { etag },
  });
  return draft;
}

/** What the write depends on: an ETag, no draft at all (null), or nothing (undefined). @throws {Problem} 412 */
async function expectedEtag(
  table: Table,
  service: string,
  request: ApiRequest,
  sent: Sent,
): Promise<string | null | undefined> {
  if (ifNoneMatch(request) === '*') return null;
  const tags = ifMatch(request);
  if (tags === undefined) return undefined;
  const [only] = tags;
  if (tags !== '*' && tags.length === 1 && only !== undefined) return only;
  const current = await readDraft(table, service);
  if (!current || !includes(tags, current.etag)) throw draftChanged(service, current, sent);
  return current.etag;
}

/** What an editor would have put. */
interface Sent {
  readonly etag: string;
  readonly value: unknown;
}

/** 412 with the draft as it stands, and how what was sent differs from it: all that it takes to merge the two. */
export function draftChanged(service: string, current: Draft | undefined, sent?: Sent): Problem {
  const detail = current
    ? `The draft of ${draftOf(service)} was changed by ${current.author}; apply your change to it as it stands.`
    : `${titleOf(service)} has no draft to match.`;
  const valueOf = (source: string) => kindOf(service).valueOf(service, source);
  return new Problem(412, detail, {
    code: 'DRAFT_CHANGED',
    headers: current ? { etag: quoted(current.etag) } : {},
    more: {
      ...(current === undefined ? {} : { draft: shown(service, current) }),
      ...(sent === undefined ? {} : { sent: { etag: sent.etag } }),
      ...(current && sent ? { changes: diffDocuments(valueOf(current.source), sent.value) } : {}),
    },
  });
}

function shown(id: string, { etag, author, updatedAt, source }: Draft) {
  const at = new Date(updatedAt).toISOString();
  return { etag, author, updatedAt: at, document: kindOf(id).valueOf(id, source), source };
}

/** @throws {Problem} 413 when rules are larger than instances would take. */
export async function storing<T>(write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (error instanceof RulesTooLarge) throw new Problem(413, `${error.message}.`, { code: error.code });
    throw error;
  }
}

/** A draft is not in force: its answer says whose it is, and whether what is in force says the same. */
async function draftResponse(
  table: Table,
  request: ApiRequest,
  service: string,
  { source, etag, author, updatedAt }: Draft,
  value: unknown,
): Promise<ApiResponse> {
  const kind = kindOf(service);
  const head = await readHead(table, service, { consistent: true });
  const revision = head && (await readRevision(table, service, head.revision));
  const inForce = revision !== undefined && sameDocument(kind.valueOf(service, revision.source), value);
  const headers = {
    etag: quoted(etag),
    'last-modified': new Date(updatedAt).toUTCString(),
    'flyball-draft-author': encodeURI(author.toWellFormed()),
    'flyball-draft-updated-at': new Date(updatedAt).toISOString(),
    'flyball-draft-in-force': String(inForce),
    ...(revision === undefined ? {} : { 'flyball-revision': String(revision.revision) }),
  };
  return kind.show(service, request, { source, value }, headers);
}
