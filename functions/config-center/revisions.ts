// What has been published: the revision in force, the ones before it, and what differs between two.
import { grayOf } from '../../store/items/gray.ts';
import type { Table } from '../../store/port.ts';
import {
  listRevisions,
  readDocument,
  readHead,
  readRevision,
  readState,
  type RevisionRecord,
} from '../../store/items/rules.ts';
import {
  badRequest,
  ifNoneMatch,
  includes,
  json,
  notFound,
  notModified,
  pageOf,
  quoted,
  route,
  sealCursor,
  type ApiRequest,
  type ApiResponse,
  type Route,
  diffDocuments,
  wantsYaml,
} from '../api/index.ts';
import { baselineInForce } from './baseline/in-force.ts';
import { withDefaults } from './baseline/merge.ts';
import * as described from './described/rules.ts';
import { BASELINE_ID, pathOf, titleOf } from './document-id.ts';
import { existingDraft } from './drafts.ts';
import { kindOf } from './kinds.ts';
import type { Parts } from './parts.ts';

const SERVICE = '/v1/services/{service}';

export function revisionRoutes({ table }: Parts): Route[] {
  return [
    route('GET', `${SERVICE}/rules`, 'viewer', described.readRules, (request) =>
      inForce(table, request, request.params.service),
    ),
    route('GET', `${SERVICE}/revisions`, 'viewer', described.listRevisions, (request) =>
      revisions(table, request, request.params.service),
    ),
    route('GET', `${SERVICE}/revisions/{revision}`, 'viewer', described.readRevision, (request) =>
      oneRevision(table, request, request.params.service, request.params.revision),
    ),
    route('GET', `${SERVICE}/diff`, 'viewer', described.readDiff, (request) =>
      difference(table, request, request.params.service),
    ),
  ];
}

/** The document in force, as instances have it. */
export async function inForce(table: Table, request: ApiRequest, id: string): Promise<ApiResponse> {
  const { head, removed } = await readState(table, id);
  if (!head || removed) throw nothingPublished(id, head?.revision);
  const etag = `${head.seq}-${head.revision}`;
  if (includes(ifNoneMatch(request), etag)) return notModified(quoted(etag));
  const document = await readDocument(table, id, head.revision, 0);
  return json(document, { headers: { etag: quoted(etag), 'flyball-revision': String(head.revision) } });
}

/** A page of what has been published, newest first. */
export async function revisions(table: Table, request: ApiRequest, id: string): Promise<ApiResponse> {
  const list = `revisions:${id}`;
  const { revisions, cursor } = await listRevisions(table, id, pageOf(request, list));
  return json({ revisions: revisions.map(shown), ...(cursor ? { cursor: sealCursor(list, cursor) } : {}) });
}

/** One of them; with `Accept: application/yaml` its author's text, comments and all. */
export async function oneRevision(table: Table, request: ApiRequest, id: string, number: string): Promise<ApiResponse> {
  const found = await published(table, id, numberOf(number));
  const { document, source } = found;
  if (!wantsYaml(request)) return json({ ...shown(found), document, source }, { headers: { vary: 'accept' } });
  const kind = kindOf(id);
  return kind.show(
    id,
    request,
    { source, value: kind.valueOf(id, source) },
    { 'flyball-revision': String(found.revision) },
  );
}

/** What differs between two versions; from what is in force to the draft unless the query says otherwise. */
export async function difference(table: Table, request: ApiRequest, id: string): Promise<ApiResponse> {
  const [from, to] = [request.query.get('from') ?? 'published', request.query.get('to') ?? 'draft'];
  const [before, after] = await Promise.all([versionOf(table, id, from), versionOf(table, id, to)]);
  return json({ from, to, changes: diffDocuments(before, after) });
}

/** The document that `draft`, `gray`, `published` or a revision's number stands for; a draft as it would be published. */
export async function versionOf(table: Table, id: string, version: string): Promise<unknown> {
  if (version === 'draft') {
    const draft = kindOf(id).valueOf(id, (await existingDraft(table, id)).source);
    return id === BASELINE_ID || kindOf(id).name === 'config'
      ? draft
      : withDefaults(draft, (await baselineInForce(table))?.defaults);
  }
  if (version !== 'published' && version !== 'gray') {
    return (await published(table, id, numberOf(version))).document;
  }
  const head = await readHead(table, id, { consistent: true });
  if (version === 'gray') {
    const gray = grayOf(head?.gray);
    if (!gray) throw notFound(`${titleOf(id)} has no gray publication under way.`);
    return readDocument(table, id, gray.revision, 0);
  }
  // Before the first publish everything is new.
  return head ? readDocument(table, id, head.revision, 0) : {};
}

async function published(table: Table, id: string, revision: number) {
  const found = await readRevision(table, id, revision);
  if (!found) throw notFound(`${titleOf(id)} has no revision ${revision}.`);
  return found;
}

function nothingPublished(id: string, removedBy: number | undefined) {
  if (removedBy !== undefined) {
    return notFound(
      `${titleOf(id)} has no published rules since revision ${removedBy}, which removed them; POST to ` +
        `${pathOf(id)}/rollback for those of an earlier revision, or to …/publish.`,
    );
  }
  const what = kindOf(id).name === 'config' ? 'nothing published' : 'no published rules';
  return notFound(`${titleOf(id)} has ${what}; POST to ${pathOf(id)}/publish.`);
}

function numberOf(text: string): number {
  if (/^[1-9][0-9]{0,8}$/.test(text)) return Number(text);
  throw badRequest(`"${text.slice(0, 32)}" is not a revision: write its number, draft, gray or published.`);
}

function shown({ publishedAt, ...rest }: RevisionRecord) {
  const { revision, seq, state, author, note } = rest;
  return { revision, seq, state, author, note, publishedAt: new Date(publishedAt).toISOString() };
}
