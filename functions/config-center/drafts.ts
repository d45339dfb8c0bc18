// Drafts: read, replaced under If-Match, validated without being stored.
import type { Table } from '../../store/port.ts';
import { readDraft, RulesTooLarge, writeDraft, type Draft } from '../../store/items/rules.ts';
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
import { documentResponse } from './documents.ts';
import { validatedNow, warningsNow } from './drills.ts';
import type { Parts } from './parts.ts';
import { record } from './trail.ts';

const DRAFT = '/v1/services/{service}/draft';

export function draftRoutes(parts: Parts): Route[] {
  const { table } = parts;
  return [
    route('GET', DRAFT, 'viewer', async (request) => {
      const draft = await existingDraft(table, request.params.service);
      if (includes(ifNoneMatch(request), draft.etag)) return notModified(quoted(draft.etag));
      return draftResponse(request, draft, valueOfSource(draft.source));
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
  const expected = await expectedEtag(table, service, request);
  const write = { service, source, author: request.caller.name, at: request.at };
  const written = await storing(() =>
    writeDraft(table, expected === undefined ? write : { ...write, ifMatch: expected }),
  );
  if (!written.applied) throw draftChanged(service, written.draft);
  const { draft } = written;
  await record(parts, request, { action: 'draft.put', service, target: 'draft', detail: { etag: draft.etag } });
  return draftResponse(request, draft, value);
}

/** What the write depends on: an ETag, no draft at all (null), or nothing (undefined). @throws {Problem} 412 */
async function expectedEtag(table: Table, service: string, request: ApiRequest): Promise<string | null | undefined> {
  if (ifNoneMatch(request) === '*') return null;
  const tags = ifMatch(request);
  if (tags === undefined) return undefined;
  const [only] = tags;
  if (tags !== '*' && tags.length === 1 && only !== undefined) return only;
  const current = await readDraft(table, service);
  if (!current || !includes(tags, current.etag)) throw draftChanged(service, current);
  return current.etag;
}

/** 412, with the ETag of the draft as it stands, so that the caller can fetch, merge and try again. */
export function draftChanged(service: string, current: Draft | undefined): Problem {
  const detail = current
    ? `The draft of "${service}" was changed by ${current.author}; read it again and apply your change to it.`
    : `Service "${service}" has no draft to match.`;
  return new Problem(412, detail, {
    code: 'DRAFT_CHANGED',
    headers: current ? { etag: quoted(current.etag) } : {},
  });
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

function draftResponse(request: ApiRequest, { source, etag, updatedAt }: Draft, value: unknown): ApiResponse {
  const headers = { etag: quoted(etag), 'last-modified': new Date(updatedAt).toUTCString() };
  return documentResponse(request, { source, value }, headers);
}
