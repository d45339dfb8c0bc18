// Drafts: read, replaced under If-Match, validated without being stored.
import type { Table } from '../../store/port.ts';
import { readDraft, readHead, readRevision, RulesTooLarge, writeDraft, type Draft } from '../../store/items/rules.ts';
import { etagOf } from '../../store/items/rules-pack.ts';
import { listDraft } from '../../store/items/services.ts';
import {
  documentOf,
  ifMatch,
  ifNoneMatch,
  includes,
  json,
  notFound,
  notModified,
  Problem,
  quoted,
  route,
  valueOfSource,
  type ApiRequest,
  type ApiResponse,
  type Route,
} from '../api/index.ts';
import { diffDocuments } from './diff.ts';
import { digestOf } from './digest.ts';
import { documentResponse, sameDocument } from './documents.ts';
import { validatedNow, warningsNow } from './drills.ts';
import type { Parts } from './parts.ts';
import { record } from './trail.ts';

const DRAFT = '/v1/services/{service}/draft';

export function draftRoutes(parts: Parts): Route[] {
  const { table } = parts;
  return [
    route('GET', DRAFT, 'viewer', async (request) => {
      const { service } = request.params;
      const draft = await existingDraft(table, service);
      if (includes(ifNoneMatch(request), draft.etag)) return notModified(quoted(draft.etag));
      return draftResponse(table, request, service, draft, valueOfSource(draft.source));
    }),
    route('PUT', DRAFT, 'editor', (request) => putDraft(parts, request, request.params.service)),
    route('POST', `${DRAFT}/validate`, 'viewer', async (request) => {
      const { service } = request.params;
      const value =
        request.body.text === ''
          ? valueOfSource((await existingDraft(table, service)).source)
          : documentOf(request).value;
      const document = await validatedNow(table, service, value, request.at);
      return json({ valid: true, ...(await warningsNow(table, service, document, request.at)) });
    }),
  ];
}

/** @throws {Problem} 404 when the service has no draft. */
export async function existingDraft(table: Table, service: string): Promise<Draft> {
  const draft = await readDraft(table, service);
  if (!draft) throw notFound(`Service "${service}" has no draft; PUT one to /v1/services/${service}/draft.`);
  return draft;
}

/** Nothing is stored of a document that may not be published. */
async function putDraft(parts: Parts, request: ApiRequest, service: string): Promise<ApiResponse> {
  const { table } = parts;
  const { source, value } = documentOf(request);
  await validatedNow(table, service, value, request.at);
  const sent = { etag: etagOf(source), value };
  const expected = await expectedEtag(table, service, request, sent);
  const write = { service, source, author: request.caller.name, at: request.at };
  const written = await storing(() =>
    writeDraft(table, expected === undefined ? write : { ...write, ifMatch: expected }),
  );
  if (!written.applied) throw draftChanged(service, written.draft, sent);
  const { draft } = written;
  const { etag, author, updatedAt } = draft;
  await listDraft(table, service, { etag, author, updatedAt, digest: digestOf(value) });
  await record(parts, request, { action: 'draft.put', service, target: 'draft', detail: { etag } });
  return draftResponse(table, request, service, draft, value);
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
    ? `The draft of "${service}" was changed by ${current.author}; apply your change to it as it stands.`
    : `Service "${service}" has no draft to match.`;
  return new Problem(412, detail, {
    code: 'DRAFT_CHANGED',
    headers: current ? { etag: quoted(current.etag) } : {},
    more: {
      ...(current === undefined ? {} : { draft: shown(current) }),
      ...(sent === undefined ? {} : { sent: { etag: sent.etag } }),
      ...(current && sent ? { changes: diffDocuments(valueOfSource(current.source), sent.value) } : {}),
    },
  });
}

function shown({ etag, author, updatedAt, source }: Draft) {
  const at = new Date(updatedAt).toISOString();
  return { etag, author, updatedAt: at, document: valueOfSource(source), source };
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
  const head = await readHead(table, service, { consistent: true });
  const revision = head && (await readRevision(table, service, head.revision));
  const inForce = revision !== undefined && sameDocument(valueOfSource(revision.source), value);
  const headers = {
    etag: quoted(etag),
    'last-modified': new Date(updatedAt).toUTCString(),
    'flyball-draft-author': encodeURI(author),
    'flyball-draft-updated-at': new Date(updatedAt).toISOString(),
    'flyball-draft-in-force': String(inForce),
    ...(revision === undefined ? {} : { 'flyball-revision': String(revision.revision) }),
  };
  return documentResponse(request, { source, value }, headers);
}
