// The baseline over HTTP: its draft, its revisions, and whose rules break it.
import type { Table } from '../../../store/port.ts';
import {
  bodyOf,
  documentOf,
  ifMatch,
  json,
  notFound,
  openRoute,
  pageOf,
  requireAllServices,
  route,
  text,
  valueOfSource,
  type ApiRequest,
  type Route,
} from '../../api/index.ts';
import { BASELINE_ID } from '../document-id.ts';
import { existingDraft, getDraft, putDraft } from '../drafts.ts';
import type { Parts } from '../parts.ts';
import { difference, inForce, oneRevision, revisions } from '../revisions.ts';
import * as described from './described.ts';
import { baselineInForce } from './in-force.ts';
import { baselineSchema } from './json-schema.ts';
import { loopholesIn } from './loopholes.ts';
import { publishBaseline, publishBody, rollBackBaseline, validBaseline } from './publishing.ts';
import type { Baseline } from './schema.ts';
import { firstViolations, violationsList, violationsOf } from './violations.ts';

const BASELINE = '/v1/baseline';

export function baselineRoutes(parts: Parts): Route[] {
  const { table } = parts;
  return [
    // Open, as that of rules: it says nothing about any baseline.
    openRoute('GET', '/v1/schema/baseline', described.readSchema, () =>
      Promise.resolve(text(JSON.stringify(baselineSchema()), 'application/schema+json')),
    ),
    route('GET', BASELINE, 'viewer', described.getBaseline, (request) => inForce(table, request, BASELINE_ID)),
    route('GET', `${BASELINE}/draft`, 'viewer', described.readDraft, (request) =>
      getDraft(table, request, BASELINE_ID),
    ),
    route('PUT', `${BASELINE}/draft`, 'editor', described.putDraft, async (request) => {
      requireAllServices(request.caller);
      return putDraft(parts, request, BASELINE_ID, (value) => Promise.resolve(validBaseline(value)));
    }),
    route('POST', `${BASELINE}/draft/validate`, 'viewer', described.validateDraft, async (request) => {
      requireAllServices(request.caller);
      const baseline = request.body.text === '' ? await draftOf(table) : validBaseline(documentOf(request).value);
      return json({ valid: true, ...(await firstViolations(table, baseline)), ...loopholesIn(baseline) });
    }),
    route('POST', `${BASELINE}/publish`, 'admin', described.publish, async (request) => {
      requireAllServices(request.caller);
      return publishBaseline(parts, request, { ...bodyOf(request, publishBody), tags: ifMatch(request) });
    }),
    route('POST', `${BASELINE}/rollback`, 'admin', described.rollback, async (request) => {
      requireAllServices(request.caller);
      return rollBackBaseline(parts, request);
    }),
    route('GET', `${BASELINE}/revisions`, 'viewer', described.listRevisions, (request) =>
      revisions(table, request, BASELINE_ID),
    ),
    route('GET', `${BASELINE}/revisions/{revision}`, 'viewer', described.readRevision, (request) =>
      oneRevision(table, request, BASELINE_ID, request.params.revision),
    ),
    route('GET', `${BASELINE}/diff`, 'viewer', described.diff, (request) => difference(table, request, BASELINE_ID)),
    route('GET', `${BASELINE}/violations`, 'viewer', described.violationsPage, async (request) => {
      requireAllServices(request.caller);
      return json(await violationsOf(table, await wanted(table, request), pageOf(request, violationsList)));
    }),
  ];
}

async function wanted(table: Table, { query }: ApiRequest): Promise<Baseline> {
  if (query.get('of') === 'draft') return draftOf(table);
  const baseline = await baselineInForce(table);
  if (!baseline) throw notFound('No baseline has been published; POST to /v1/baseline/publish.');
  return baseline;
}

async function draftOf(table: Table): Promise<Baseline> {
  return validBaseline(valueOfSource((await existingDraft(table, BASELINE_ID)).source));
}
