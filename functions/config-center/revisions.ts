// What has been published: the revision in force, the ones before it, and what differs between two.
import type { Table } from '../../store/port.ts';
import { listRevisions, readDocument, readHead, readRevision, type RevisionRecord } from '../../store/items/rules.ts';
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
  valueOfSource,
  type Route,
} from '../api/index.ts';
import { diffDocuments } from './diff.ts';
import { existingDraft } from './drafts.ts';
import type { Parts } from './parts.ts';

const SERVICE = '/v1/services/{service}';

export function revisionRoutes({ table }: Parts): Route[] {
  return [
    route('GET', `${SERVICE}/rules`, 'viewer', async (request) => {
      const { service } = request.params;
      const head = await readHead(table, service, { consistent: true });
      if (!head) throw nothingPublished(service);
      const etag = `${head.seq}-${head.revision}`;
      if (includes(ifNoneMatch(request), etag)) return notModified(quoted(etag));
      const document = await readDocument(table, service, head.revision, 0);
      return json(document, { headers: { etag: quoted(etag), 'flyball-revision': String(head.revision) } });
    }),
    route('GET', `${SERVICE}/revisions`, 'viewer', async (request) => {
      const { service } = request.params;
      const list = `revisions:${service}`;
      const { revisions, cursor } = await listRevisions(table, service, pageOf(request, list));
      return json({ revisions: revisions.map(shown), ...(cursor ? { cursor: sealCursor(list, cursor) } : {}) });
    }),
    route('GET', `${SERVICE}/revisions/{revision}`, 'viewer', async (request) => {
      const { service, revision } = request.params;
      const found = await published(table, service, numberOf(revision));
      return json({ ...shown(found), document: found.document, source: found.source });
    }),
    route('GET', `${SERVICE}/diff`, 'viewer', async (request) => {
      const { service } = request.params;
      const [from, to] = [request.query.get('from') ?? 'published', request.query.get('to') ?? 'draft'];
      const [before, after] = await Promise.all([versionOf(table, service, from), versionOf(table, service, to)]);
      return json({ from, to, changes: diffDocuments(before, after) });
    }),
  ];
}

/** The document that `draft`, `published` or a revision's number stands for. */
async function versionOf(table: Table, service: string, version: string): Promise<unknown> {
  if (version === 'draft') return valueOfSource((await existingDraft(table, service)).source);
  if (version !== 'published') return (await published(table, service, numberOf(version))).document;
  const head = await readHead(table, service, { consistent: true });
  // Before the first publish everything is new.
  return head ? readDocument(table, service, head.revision, 0) : {};
}

async function published(table: Table, service: string, revision: number) {
  const found = await readRevision(table, service, revision);
  if (!found) throw notFound(`Service "${service}" has no revision ${revision}.`);
  return found;
}

function nothingPublished(service: string) {
  return notFound(`Service "${service}" has no published rules; POST to /v1/services/${service}/publish.`);
}

function numberOf(text: string): number {
  if (/^[1-9][0-9]{0,8}$/.test(text)) return Number(text);
  throw badRequest(`"${text.slice(0, 32)}" is not a revision: write its number, draft or published.`);
}

function shown({ publishedAt, ...rest }: RevisionRecord) {
  const { revision, seq, author, note } = rest;
  return { revision, seq, author, note, publishedAt: new Date(publishedAt).toISOString() };
}
