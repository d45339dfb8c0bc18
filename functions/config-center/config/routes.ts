// Free-form configuration over HTTP: a service's namespaces, drafted, published, compared and rolled back as its rules are.
import { configId } from '../../../store/config-id.ts';
import { listNamespaces, type ServiceEntry } from '../../../store/items/services.ts';
import { bodyOf, ifMatch, json, pageOf, route, sealCursor, type ApiRequest, type Route } from '../../api/index.ts';
import { approvalsShown, approve, approveIt, readApprovals } from '../approvals.ts';
import { existingDraft, getDraft, putValidDraft, validateDraft } from '../drafts.ts';
import { abort, promote, showGray } from '../gray/routes.ts';
import type { Parts } from '../parts.ts';
import { publishDraft, rollBack } from '../publishing.ts';
import { difference, inForce, oneRevision, revisions } from '../revisions.ts';
import * as described from './described.ts';
import { configTermsOf } from './gray-terms.ts';
import { requireNamespace } from './names.ts';

const CONFIG = '/v1/services/{service}/config';
const ONE = `${CONFIG}/{namespace}` as const;

type Named = ApiRequest<'service' | 'namespace'>;

/** @throws {Problem} 404 for what cannot be a namespace. */
function idOf({ params: { service, namespace } }: Named): string {
  return configId(service, requireNamespace(namespace));
}

export function configRoutes(parts: Parts): Route[] {
  const { table } = parts;
  return [
    route('GET', CONFIG, 'viewer', described.listNamespaces, async (request) => {
      const { service } = request.params;
      const list = `config:${service}`;
      const { entries, cursor } = await listNamespaces(table, service, pageOf(request, list));
      return json({ namespaces: entries.map(shown), ...(cursor ? { cursor: sealCursor(list, cursor) } : {}) });
    }),
    route('GET', ONE, 'viewer', described.readConfig, (request) => inForce(table, request, idOf(request))),
    route('GET', `${ONE}/draft`, 'viewer', described.readDraft, (request) => getDraft(table, request, idOf(request))),
    route('PUT', `${ONE}/draft`, 'editor', described.putDraft, (request) =>
      putValidDraft(parts, request, idOf(request)),
    ),
    route('POST', `${ONE}/draft/validate`, 'viewer', described.validateDraft, (request) =>
      validateDraft(table, request, idOf(request)),
    ),
    route('GET', `${ONE}/draft/approvals`, 'viewer', described.ofNamespace(readApprovals), async (request) =>
      approvalsShown(parts, request, idOf(request), await existingDraft(table, idOf(request))),
    ),
    route('POST', `${ONE}/draft/approve`, 'publisher', described.ofNamespace(approve), (request) =>
      approveIt(parts, request, idOf(request)),
    ),
    route('POST', `${ONE}/publish`, 'publisher', described.publish, (request) => {
      const { gray, ...wanted } = bodyOf(request, described.publishBody);
      const part = gray && configTermsOf(gray);
      return publishDraft(parts, request, idOf(request), { ...wanted, part, tags: ifMatch(request) });
    }),
    route('POST', `${ONE}/rollback`, 'publisher', described.rollBack, (request) =>
      rollBack(parts, request, idOf(request), bodyOf(request, described.rollbackBody)),
    ),
    route('GET', `${ONE}/revisions`, 'viewer', described.listRevisions, (request) =>
      revisions(table, request, idOf(request)),
    ),
    route('GET', `${ONE}/revisions/{revision}`, 'viewer', described.readRevision, (request) =>
      oneRevision(table, request, idOf(request), request.params.revision),
    ),
    route('GET', `${ONE}/diff`, 'viewer', described.readDiff, (request) => difference(table, request, idOf(request))),
    route('GET', `${ONE}/gray`, 'viewer', described.readGray, (request) => showGray(table, idOf(request), request.at)),
    route('POST', `${ONE}/gray/promote`, 'publisher', described.promote, (request) =>
      promote(parts, request, idOf(request)),
    ),
    route('POST', `${ONE}/gray/abort`, 'publisher', described.abort, (request) => abort(parts, request, idOf(request))),
  ];
}

/** As the list has it: what the namespace itself answers is what counts. */
function shown({ service: namespace, since, rules, draft }: ServiceEntry) {
  return {
    namespace,
    since: new Date(since).toISOString(),
    ...(rules && {
      ...{ revision: rules.revision, publishedAt: new Date(rules.publishedAt).toISOString(), author: rules.author },
      ...(rules.gray === undefined ? {} : { gray: { revision: rules.gray } }),
    }),
    ...(draft && {
      draft: {
        ...{ etag: draft.etag, author: draft.author, updatedAt: new Date(draft.updatedAt).toISOString() },
        inForce: draft.digest === rules?.digest,
      },
    }),
  };
}
