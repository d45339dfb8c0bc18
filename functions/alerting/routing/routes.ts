// The routing document over HTTP: read, tried, put in force, gone back to.
import { ALERT_ROUTING } from '../../../store/items/alert-routing.ts';
import {
  listRevisions,
  laterThan,
  publishRevision,
  readDocument,
  readHead,
  readRevision,
  RulesTooLarge,
  type RevisionRecord,
  type RulesHead,
} from '../../../store/items/rules.ts';
import type { Table } from '../../../store/port.ts';
import {
  bodyOf,
  diffDocuments,
  documentOf,
  documentResponse,
  ifMatch,
  ifNoneMatch,
  includes,
  json,
  notFound,
  notModified,
  pageOf,
  Problem,
  quoted,
  requireAllServices,
  route,
  sameDocument,
  sealCursor,
  unprocessable,
  valueOfSource,
  type ApiRequest,
  type ApiResponse,
  type FieldError,
  type Route,
  type RuleChange,
} from '../../api/index.ts';
import { record, type TrailParts } from '../../api/trail.ts';
import * as described from './described.ts';
import { limitedNow } from './limited-now.ts';
import type { RoutingDocument } from './schema.ts';
import { etagOf } from './stored.ts';
import { validateRouting } from './validate.ts';

const ROUTING = '/v1/alerts/routing';
const REVISIONS = 'alert-routing-revisions';
/** What an entry of the audit log lists; the whole difference is between the two revisions. */
const MOST_CHANGES_AUDITED = 50;

/** The document is of the whole cell: a key for some services has nothing to do with it. */
export function routingRoutes(parts: TrailParts): Route[] {
  const { table } = parts;
  return [
    route('GET', ROUTING, 'viewer', described.readRouting, async (request) => {
      requireAllServices(request.caller);
      return inForce(table, request);
    }),
    route('PUT', ROUTING, 'publisher', described.putRouting, async (request) => {
      requireAllServices(request.caller);
      return put(parts, request);
    }),
    route('POST', `${ROUTING}/validate`, 'viewer', described.validateRoute, async (request) => {
      requireAllServices(request.caller);
      const { document, routing, warnings } = validated(documentOf(request).value);
      const before = await documentOfHead(table, await readHead(table, ALERT_ROUTING, { consistent: true }));
      const changes = diffDocuments(before, document);
      return json({ valid: true, changes, ...(await limitedNow(table, routing)), ...warned(warnings) });
    }),
    route('GET', `${ROUTING}/revisions`, 'viewer', described.listRoutingRevisions, async (request) => {
      requireAllServices(request.caller);
      const { revisions, cursor } = await listRevisions(table, ALERT_ROUTING, pageOf(request, REVISIONS));
      return json({ revisions: revisions.map(shown), ...(cursor ? { cursor: sealCursor(REVISIONS, cursor) } : {}) });
    }),
    route('GET', `${ROUTING}/revisions/{revision}`, 'viewer', described.readRoutingRevision, async (request) => {
      requireAllServices(request.caller);
      const found = await revisionOf(table, Number(request.params.revision));
      return json({ ...shown(found), document: found.document, source: found.source });
    }),
    route('POST', `${ROUTING}/rollback`, 'publisher', described.rollBackRouting, async (request) => {
      requireAllServices(request.caller);
      return rollBack(parts, request);
    }),
  ];
}

async function inForce(table: Table, request: ApiRequest): Promise<ApiResponse> {
  const head = await readHead(table, ALERT_ROUTING, { consistent: true });
  if (!head) throw notFound(`There is no routing document, and nobody is told of alerts: PUT one to ${ROUTING}.`);
  const etag = quoted(etagOf(head));
  if (includes(ifNoneMatch(request), etagOf(head))) return notModified(etag);
  const { source } = await revisionOf(table, head.revision);
  const headers = { etag, 'flyball-revision': String(head.revision) };
  return documentResponse(request, { source, value: valueOfSource(source) }, headers);
}

async function put(parts: TrailParts, request: ApiRequest): Promise<ApiResponse> {
  const { table } = parts;
  const { source, value } = documentOf(request);
  const { document, routing, warnings } = validated(value);
  const head = await readHead(table, ALERT_ROUTING, { consistent: true });
  const before = await documentOfHead(table, head);
  const changes = diffDocuments(before, document);
  requireMeant(request, head, changes);
  if (request.query.get('dryRun') === 'true') {
    const limited = await limitedNow(table, routing);
    return json({ dryRun: true, changed: changes.length > 0, changes, ...limited, ...warned(warnings) });
  }
  const next = { document, source, note: request.query.get('note') ?? '', action: 'alert-routing.put' } as const;
  return publish(parts, request, { ...next, head, before, changes, warnings });
}

async function rollBack(parts: TrailParts, request: ApiRequest): Promise<ApiResponse> {
  const { table } = parts;
  const { to, note } = bodyOf(request, described.rollbackBody);
  const head = await readHead(table, ALERT_ROUTING, { consistent: true });
  const { document: old, source } = await revisionOf(table, to);
  // What was valid once may not be for this flyball.
  const { document, warnings } = validated(old);
  const before = await documentOfHead(table, head);
  return publish(parts, request, {
    ...{ document, source, note: note ?? `rollback to revision ${to}`, action: 'alert-routing.rollback' },
    ...{ head, before, changes: diffDocuments(before, document), warnings },
  });
}

interface Next {
  readonly document: RoutingDocument;
  readonly source: string;
  readonly note: string;
  readonly action: 'alert-routing.put' | 'alert-routing.rollback';
  readonly head: RulesHead | undefined;
  readonly before: unknown;
  readonly changes: readonly RuleChange[];
  readonly warnings: readonly FieldError[];
}

async function publish(parts: TrailParts, request: ApiRequest, next: Next): Promise<ApiResponse> {
  const { document, source, note, action, head, before, changes, warnings } = next;
  if (head && sameDocument(document, before)) return answer(head, next, false);
  const published = await storing(() =>
    publishRevision(parts.table, {
      ...{ service: ALERT_ROUTING, document, source, note, author: request.caller.name },
      ...{ at: laterThan(head, request.at), expectedSeq: head?.seq ?? 0 },
    }),
  );
  if (!published.applied) throw changedMeanwhile(published.head, changes);
  const { revision } = published.head;
  await record(parts, request, {
    ...{ action, target: `revision ${revision}` },
    detail: {
      ...{ revision, from: head?.revision ?? 0, warnings: warnings.length },
      changes: changes.slice(0, MOST_CHANGES_AUDITED).map(({ path, change }) => ({ path, change })),
      ...(changes.length > MOST_CHANGES_AUDITED ? { moreChanges: changes.length - MOST_CHANGES_AUDITED } : {}),
    },
    ...(note === '' ? {} : { note }),
  });
  return answer(published.head, next, true);
}

function answer(head: RulesHead, { changes, warnings }: Next, changed: boolean): ApiResponse {
  const { revision, publishedAt } = head;
  return json(
    { revision, publishedAt: new Date(publishedAt).toISOString(), changed, changes, ...warned(warnings) },
    { headers: { etag: quoted(etagOf(head)), 'flyball-revision': String(revision) } },
  );
}

/** @throws {Problem} 428 unless it is said what is to be replaced, 412 when that is no longer what is in force. */
function requireMeant(request: ApiRequest, head: RulesHead | undefined, changes: readonly RuleChange[]): void {
  const [tags, none] = [ifMatch(request), ifNoneMatch(request)];
  if (tags === undefined && none !== '*') {
    throw new Problem(428, `Send the ETag of GET ${ROUTING} as If-Match; for the first document, If-None-Match: *.`, {
      code: 'ETAG_REQUIRED',
      headers: head ? { etag: quoted(etagOf(head)) } : {},
    });
  }
  if (head ? !includes(tags, etagOf(head)) : tags !== undefined) throw changedMeanwhile(head, changes);
}

/** 412 with what is in force, and how what was sent differs from it. */
function changedMeanwhile(head: RulesHead | undefined, changes: readonly RuleChange[]): Problem {
  const detail = head
    ? `Revision ${head.revision} of the routing is in force by now: apply your change to it as it stands.`
    : 'There is no routing document to match.';
  return new Problem(412, detail, {
    code: 'ROUTING_CHANGED',
    headers: head ? { etag: quoted(etagOf(head)) } : {},
    more: head ? { revision: head.revision, changes } : {},
  });
}

/** @throws {Problem} 422 with every error in it. */
function validated(value: unknown) {
  const validation = validateRouting(value);
  if (validation.valid) return validation;
  const many = validation.errors.length === 1 ? 'an error' : `${validation.errors.length} errors`;
  throw unprocessable(`The routing document has ${many}.`, 'INVALID_DOCUMENT', validation.errors);
}

const warned = (warnings: readonly FieldError[]) => (warnings.length > 0 ? { warnings } : {});

/** Before the first document everything is new. */
async function documentOfHead(table: Table, head: RulesHead | undefined): Promise<unknown> {
  return head ? readDocument(table, ALERT_ROUTING, head.revision, 0) : {};
}

async function revisionOf(table: Table, revision: number) {
  const found = await readRevision(table, ALERT_ROUTING, revision);
  if (!found) throw notFound(`The routing of alerts has no revision ${revision}.`);
  return found;
}

/** @throws {Problem} 413 */
async function storing<T>(write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (error instanceof RulesTooLarge) throw new Problem(413, `${error.message}.`, { code: error.code });
    throw error;
  }
}

function shown({ revision, author, note, publishedAt, state }: RevisionRecord) {
  return { revision, state, author, note, publishedAt: new Date(publishedAt).toISOString() };
}
