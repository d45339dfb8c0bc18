// Applies many documents at once: all are validated before the first is written, and applying them again changes nothing.
import { z } from 'zod';
import { etagOf } from '../../store/items/rules-pack.ts';
import { readDraft } from '../../store/items/rules.ts';
import {
  inScope,
  json,
  Problem,
  requireAllServices,
  requireRole,
  route,
  type ApiRequest,
  type ApiResponse,
  type FieldError,
  type Route,
} from '../api/index.ts';
import { bundleOf, type Given } from './apply-read.ts';
import { loopholesIn } from './baseline/loopholes.ts';
import { publishBaseline, validBaseline } from './baseline/publishing.ts';
import type { Baseline } from './baseline/schema.ts';
import { firstViolations, type Violation } from './baseline/violations.ts';
import * as described from './described/apply.ts';
import type { Result } from './described/apply.ts';
import { BASELINE_ID, subjectOf } from './document-id.ts';
import { validatedNow, warningsNow } from './drills.ts';
import { storeDraft } from './drafts.ts';
import type { Parts } from './parts.ts';
import { publishDraft } from './publishing.ts';

/** Validations on their way at once. */
const AT_ONCE = 10;

export function applyRoutes(parts: Parts): Route[] {
  return [route('POST', '/v1/apply', 'editor', described.apply, (request) => apply(parts, request))];
}

async function apply(parts: Parts, request: ApiRequest): Promise<ApiResponse> {
  const isSet = (name: string) => request.query.get(name) === 'true';
  const [dryRun, publish, force] = [isSet('dryRun'), isSet('publish'), isSet('force')];
  if (publish) requireRole(request.caller, 'publisher');
  const bundle = bundleOf(request);
  requireAllInScope(request, bundle);
  if (bundle.some(isBaseline)) {
    requireAllServices(request.caller);
    if (publish) requireRole(request.caller, 'admin');
  }

  const checked = await checkAll(parts, request, bundle);
  if (checked.some(({ state }) => state === 'invalid')) {
    const wrong = checked.filter(({ state }) => state === 'invalid').length;
    throw new Problem(422, `${wrong} of ${bundle.length} documents cannot be applied; nothing was written.`, {
      code: 'INVALID_DOCUMENTS',
      more: { documents: checked },
    });
  }
  if (dryRun) return json({ dryRun, documents: checked });

  const note = request.query.get('note') ?? '';
  const documents: Result[] = [];
  // What all services are to meet comes in force before they are published.
  const ordered = bundle.toSorted((a, b) => Number(isBaseline(b)) - Number(isBaseline(a)));
  for (const [i, given] of ordered.entries()) {
    const one = await applyOne(parts, request, given, { publish, force, note });
    documents.push({ ...one, ...(one.state === 'failed' ? {} : toldOf(checked[given.index])) });
    if (one.state === 'failed') throw partly(documents, ordered.slice(i + 1));
  }
  return json({ dryRun, documents: inOrder(documents) });
}

const isBaseline = ({ id }: Given) => id === BASELINE_ID;
const inOrder = (documents: readonly Result[]) => documents.toSorted((a, b) => a.document - b.document);

/** How a document is named in the answer. */
function about({ index, id }: Given): Pick<Result, 'document' | 'service' | 'kind'> {
  return id === BASELINE_ID
    ? { document: index, service: null, kind: 'baseline' }
    : { document: index, service: id ?? null };
}

/** A key for some services learns nothing of others, also not by what would be wrong with their rules. */
function requireAllInScope({ caller }: ApiRequest, bundle: readonly Given[]): void {
  const outside = bundle.find((one) => one.id !== undefined && !isBaseline(one) && !inScope(caller, one.id));
  if (outside?.id === undefined) return;
  throw new Problem(403, `This key is not for service "${outside.id}" (document ${outside.index}).`, {
    code: 'OUT_OF_SCOPE',
  });
}

async function checkAll(parts: Parts, request: ApiRequest, bundle: readonly Given[]): Promise<Result[]> {
  const results: Result[] = [];
  const baseline = baselineIn(bundle);
  for (let first = 0; first < bundle.length; first += AT_ONCE) {
    const some = bundle.slice(first, first + AT_ONCE);
    results.push(...(await Promise.all(some.map((given) => checkOne(parts, request, given, { bundle, baseline })))));
  }
  return results;
}

/** What the rules of the bundle are held against in place of the baseline in force. */
function baselineIn(bundle: readonly Given[]): Baseline | undefined {
  const given = bundle.find(isBaseline);
  try {
    return given && validBaseline(given.value);
  } catch (error) {
    // Told of the document itself.
    if (error instanceof Problem) return undefined;
    throw error;
  }
}

interface Beside {
  readonly bundle: readonly Given[];
  readonly baseline: Baseline | undefined;
}

async function checkOne(
  parts: Parts,
  request: ApiRequest,
  given: Given,
  { bundle, baseline }: Beside,
): Promise<Result> {
  const { index, id } = given;
  const invalid = (errors: readonly FieldError[]): Result => ({
    ...{ ...about(given), state: 'invalid', errors: [...errors] },
  });
  if (id === undefined) return invalid(given.errors);
  const earlier = bundle.find((other) => other.id === id);
  if (earlier && earlier.index !== index) {
    return invalid([
      isBaseline(given)
        ? { path: '/kind', reason: `document ${earlier.index} is a baseline already` }
        : { path: '/service', reason: `"${id}" has document ${earlier.index} already` },
    ]);
  }
  try {
    return { ...about(given), state: 'valid', ...(await told(parts, request, given, baseline)) };
  } catch (error) {
    if (error instanceof Problem && error.status === 422) return invalid(error.errors);
    throw error;
  }
}

/** What is said of a valid document. @throws {Problem} 422 */
async function told({ table }: Parts, request: ApiRequest, given: Given, baseline: Baseline | undefined) {
  const { id = '', value } = given;
  if (isBaseline(given)) {
    const valid = validBaseline(value);
    const { violations } = await firstViolations(table, valid);
    return withoutNone({ ...loopholesIn(valid), violations });
  }
  const document = await validatedNow(table, id, value, request.at, baseline);
  return withoutNone(await warningsNow(table, id, document, request.at));
}

type Told = Pick<Result, 'warnings' | 'violations'>;

function withoutNone({
  warnings = [],
  violations = [],
}: {
  readonly warnings?: readonly FieldError[] | undefined;
  readonly violations?: readonly Violation[] | undefined;
}): Told {
  return {
    ...(warnings.length > 0 ? { warnings: [...warnings] } : {}),
    ...(violations.length > 0
      ? { violations: violations.map(({ errors, ...one }) => ({ ...one, errors: [...errors] })) }
      : {}),
  };
}

interface Wanted {
  readonly publish: boolean;
  readonly force: boolean;
  readonly note: string;
}

async function applyOne(parts: Parts, request: ApiRequest, given: Given, wanted: Wanted): Promise<Result> {
  const { source, value, id = '' } = given;
  const { publish, force, note } = wanted;
  try {
    const etag = etagOf(source);
    const same = (await readDraft(parts.table, id))?.etag === etag;
    if (!same) await storeDraft(parts, request, id, { source, value });
    if (!publish) return { ...about(given), state: same ? 'unchanged' : 'drafted', etag };
    // Exactly what was put: a draft that somebody else has put since is not published for them.
    const tags = [etag];
    const answer = isBaseline(given)
      ? await publishBaseline(parts, request, { note, tags })
      : await publishDraft(parts, request, id, { note, force, tags });
    const { revision, changed } = published.parse(JSON.parse(answer.body ?? ''));
    return { ...about(given), state: changed ? 'published' : 'unchanged', etag, revision };
  } catch (error) {
    const problem = problemOf(error);
    // Not the rest of the problem: it may hold somebody's whole draft.
    const { status, code, detail } = problem;
    parts.logger.warn('a document of a bundle was not applied', {
      requestId: request.id,
      ...subjectOf(id),
      status,
      code,
      detail,
    });
    return { ...about(given), state: 'failed', problem };
  }
}

const published = z.object({ revision: z.int(), changed: z.boolean() });

function problemOf(error: unknown) {
  if (error instanceof Problem) return { status: error.status, code: error.code, detail: error.message, ...error.more };
  if (error instanceof Error && error.name === 'StoreUnavailable') {
    return { status: 503, code: 'STORE_UNAVAILABLE', detail: 'The table does not answer; apply the bundle again.' };
  }
  throw error;
}

function toldOf(checked: Result | undefined): Told {
  return withoutNone(checked ?? {});
}

/** What was applied stays; applying the whole bundle again goes on where this one ended. */
function partly(documents: readonly Result[], rest: readonly Given[]): Problem {
  const failed = documents.at(-1);
  const notTried = rest.map((given): Result => ({ ...about(given), state: 'not-tried' }));
  const named = failed?.kind ?? failed?.service ?? '';
  return new Problem(
    409,
    `Document ${failed?.document ?? 0} (${named}) failed: ${failed?.problem?.detail ?? ''} ` +
      `${documents.length - 1} before it are applied, ${rest.length} behind it were not tried; apply the bundle again.`,
    { code: 'PARTLY_APPLIED', more: { documents: inOrder([...documents, ...notTried]) } },
  );
}
