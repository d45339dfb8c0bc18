// Removing a service's rules: a revision that holds none, which instances follow as any other and a rollback takes back.
import { publishRevision, readRevision, laterThan, readState, type RulesHead } from '../../store/items/rules.ts';
import {
  ifMatch,
  includes,
  json,
  notFound,
  Problem,
  quoted,
  requireRole,
  route,
  valueOfSource,
  type ApiRequest,
  type ApiResponse,
  type Route,
} from '../api/index.ts';
import { settle } from './afterwards.ts';
import { neededBy } from './approvals.ts';
import { breachesOf } from './baseline/guardrails.ts';
import { baselineInForce } from './baseline/in-force.ts';
import { lostRace, requireNoGray } from './conflicts.ts';
import { remove } from './described/removing.ts';
import type { Parts } from './parts.ts';
import { record } from '../api/trail.ts';

/** What a document may say and hold no rules. */
const NO_RULES = new Set(['apiVersion', 'service', 'owner', 'tags']);

export function removingRoutes(parts: Parts): Route[] {
  return [
    route('DELETE', '/v1/services/{service}/rules', 'publisher', remove, (request) =>
      removeRules(parts, request, request.params.service),
    ),
  ];
}

async function removeRules(parts: Parts, request: ApiRequest, service: string): Promise<ApiResponse> {
  const { table } = parts;
  const note = request.query.get('note') ?? '';
  const state = await readState(table, service);
  const { head, removed } = state;
  if (!head || removed) {
    throw notFound(
      `Service "${service}" has no published rules${head ? `: revision ${head.revision} removed them` : ''}.`,
    );
  }
  requireMeant(request, service, head);
  requireNoGray(service, state);
  const document = { apiVersion: 'flyball/v1', service };
  await requireAllowed(parts, request, service, head, document);
  const published = await publishRevision(table, {
    ...{ service, document, source: JSON.stringify(document), note, removes: true },
    author: request.caller.name,
    at: laterThan(head, request.at),
    expectedSeq: head.seq,
  });
  if (!published.applied) throw lostRace(service, published.head);
  const { revision, seq, publishedAt } = published.head;
  await record(parts, request, {
    ...{ action: 'rules.remove', service, target: `revision ${revision}` },
    detail: { revision, from: head.revision },
    ...(note === '' ? {} : { note }),
  });
  await settle(table, service);
  return json({ revision, seq, removedAt: new Date(publishedAt).toISOString() });
}

/** @throws {Problem} 428 unless it is said what is to be removed, 412 when that is no longer what is in force. */
function requireMeant(request: ApiRequest, service: string, { seq, revision }: RulesHead): void {
  const tags = ifMatch(request);
  const etag = `${seq}-${revision}`;
  const headers = { etag: quoted(etag) };
  if (tags === undefined) {
    const detail = `Send the ETag of GET /v1/services/${service}/rules as If-Match, or * for whichever rules there are.`;
    throw new Problem(428, detail, { code: 'ETAG_REQUIRED', headers });
  }
  if (includes(tags, etag)) return;
  const detail = `Revision ${revision} of the rules of "${service}" is in force by now: look at it before it is removed.`;
  throw new Problem(412, detail, { code: 'RULES_CHANGED', headers, more: { revision, seq } });
}

/**
 * What publishing an empty document would be refused for must not be had by removing.
 * @throws {Problem} 403 where the baseline requires rules and the caller is no admin, or where four eyes look at changes.
 */
async function requireAllowed(
  parts: Parts,
  request: ApiRequest,
  service: string,
  head: RulesHead,
  document: object,
): Promise<void> {
  const { table } = parts;
  const baseline = await baselineInForce(table);
  if (baseline && breachesOf(service, document, baseline).length > 0) requireRole(request.caller, 'admin');
  if ((await neededBy(parts)) === 0) return;
  const standing = await readRevision(table, service, head.revision);
  const said = standing && valueOfSource(standing.source);
  if (typeof said === 'object' && said !== null && Object.keys(said).every((name) => NO_RULES.has(name))) return;
  throw new Problem(
    403,
    `Nobody takes rules away alone here: publish a draft without any for "${service}", which somebody else approves; ` +
      'then they can be removed.',
    { code: 'FOUR_EYES' },
  );
}
