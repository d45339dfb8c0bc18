// Applies many documents at once: all are validated before the first is written, and applying them again changes nothing.
import { z } from 'zod';
import { etagOf } from '../../store/items/rules-pack.ts';
import { readDraft } from '../../store/items/rules.ts';
import {
  inScope,
  json,
  Problem,
  requireRole,
  route,
  type ApiRequest,
  type ApiResponse,
  type Description,
  type FieldError,
  type Route,
} from '../api/index.ts';
import { bundleOf, MOST_DOCUMENTS, type Given } from './apply-read.ts';
import { validatedNow, warningsNow } from './drills.ts';
import { storeDraft } from './drafts.ts';
import type { Parts } from './parts.ts';
import { publishDraft } from './publishing.ts';

/** Validations on their way at once. */
const AT_ONCE = 10;

const flag = (description: string) => z.enum(['true', 'false'], 'is true or false').optional().meta({ description });

const result = z
  .object({
    document: z.int().meta({ description: 'where it stands in the bundle, from 0' }),
    service: z.string().nullable(),
    state: z.enum(['valid', 'invalid', 'unchanged', 'drafted', 'published', 'failed', 'not-tried']),
    etag: z.string().optional(),
    revision: z.int().optional(),
    errors: z.array(z.object({ path: z.string(), reason: z.string() })).optional(),
    warnings: z.array(z.object({ path: z.string(), reason: z.string() })).optional(),
    problem: z.looseObject({ status: z.int(), code: z.string(), detail: z.string() }).optional(),
  })
  .meta({ id: 'Applied' });

type Result = z.infer<typeof result>;

const described: Description = {
  summary: 'Put, and if asked publish, the rules of many services at once',
  details:
    'Several YAML documents with `---` between them, or a list in JSON, each naming its `service`. All are validated ' +
    'before anything is written. They are written in their order, one after another; the first that fails ends it. ' +
    'Applying the same again changes nothing that has been applied.',
  tags: ['rules'],
  query: {
    dryRun: flag('validates alone'),
    publish: flag('publishes each draft as well: takes the role publisher'),
    force: flag('also what the libraries of live instances do not know'),
    note: z.string().max(1000).optional().meta({ description: 'of the publications' }),
  },
  body: {
    schema: z.array(z.looseObject({ service: z.string() })).max(MOST_DOCUMENTS),
    yaml: true,
    examples: {
      one: [{ apiVersion: 'flyball/v1', service: 'orders', throttles: { everyone: { limit: '100/s' } } }],
    },
  },
  answers: {
    200: {
      description: 'What became of each document.',
      schema: z.object({ dryRun: z.boolean(), documents: z.array(result) }),
    },
  },
  problems: {
    403: 'The role does not reach, or a document is of a service that the key is not for.',
    409: 'One of them failed (`PARTLY_APPLIED`): `documents` says which are applied, which failed and which were not tried.',
    413: 'The bundle is too large.',
    422: 'Something is wrong with some of them: nothing was written, and `documents` names every error.',
  },
};

export function applyRoutes(parts: Parts): Route[] {
  return [route('POST', '/v1/apply', 'editor', described, (request) => apply(parts, request))];
}

async function apply(parts: Parts, request: ApiRequest): Promise<ApiResponse> {
  const isSet = (name: string) => request.query.get(name) === 'true';
  const [dryRun, publish, force] = [isSet('dryRun'), isSet('publish'), isSet('force')];
  if (publish) requireRole(request.caller, 'publisher');
  const bundle = bundleOf(request);
  requireAllInScope(request, bundle);

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
  for (const [i, given] of bundle.entries()) {
    const one = await applyOne(parts, request, given, { publish, force, note });
    documents.push({ ...one, ...(one.state === 'failed' ? {} : warningsIn(checked[i])) });
    if (one.state === 'failed') throw partly(documents, bundle.slice(i + 1));
  }
  return json({ dryRun, documents });
}

/** A key for some services learns nothing of others, also not by what would be wrong with their rules. */
function requireAllInScope({ caller }: ApiRequest, bundle: readonly Given[]): void {
  const outside = bundle.find(({ service }) => service !== undefined && !inScope(caller, service));
  if (outside?.service === undefined) return;
  throw new Problem(403, `This key is not for service "${outside.service}" (document ${outside.index}).`, {
    code: 'OUT_OF_SCOPE',
  });
}

async function checkAll(parts: Parts, request: ApiRequest, bundle: readonly Given[]): Promise<Result[]> {
  const results: Result[] = [];
  for (let first = 0; first < bundle.length; first += AT_ONCE) {
    const some = bundle.slice(first, first + AT_ONCE);
    results.push(...(await Promise.all(some.map((given) => checkOne(parts, request, given, bundle)))));
  }
  return results;
}

async function checkOne(
  { table }: Parts,
  request: ApiRequest,
  given: Given,
  bundle: readonly Given[],
): Promise<Result> {
  const { index, service, value } = given;
  const about = { document: index, service: service ?? null };
  const invalid = (errors: readonly FieldError[]): Result => ({ ...about, state: 'invalid', errors: [...errors] });
  if (service === undefined) return invalid(given.errors);
  const earlier = bundle.find((other) => other.service === service);
  if (earlier && earlier.index !== index) {
    return invalid([{ path: '/service', reason: `"${service}" has document ${earlier.index} already` }]);
  }
  try {
    const document = await validatedNow(table, service, value, request.at);
    const { warnings } = await warningsNow(table, service, document, request.at);
    return { ...about, state: 'valid', ...(warnings === undefined ? {} : { warnings: [...warnings] }) };
  } catch (error) {
    if (error instanceof Problem && error.status === 422) return invalid(error.errors);
    throw error;
  }
}

interface Wanted {
  readonly publish: boolean;
  readonly force: boolean;
  readonly note: string;
}

async function applyOne(parts: Parts, request: ApiRequest, given: Given, wanted: Wanted): Promise<Result> {
  const { index, source, value, service = '' } = given;
  const { publish, force, note } = wanted;
  const about = { document: index, service };
  try {
    const etag = etagOf(source);
    const same = (await readDraft(parts.table, service))?.etag === etag;
    if (!same) await storeDraft(parts, request, service, { source, value });
    if (!publish) return { ...about, state: same ? 'unchanged' : 'drafted', etag };
    // Exactly what was put: a draft that somebody else has put since is not published for them.
    const answer = await publishDraft(parts, request, service, { note, force, tags: [etag] });
    const { revision, changed } = published.parse(JSON.parse(answer.body ?? ''));
    return { ...about, state: changed ? 'published' : 'unchanged', etag, revision };
  } catch (error) {
    const problem = problemOf(error);
    // Not the rest of the problem: it may hold somebody's whole draft.
    const { status, code, detail } = problem;
    parts.logger.warn('a document of a bundle was not applied', {
      requestId: request.id,
      service,
      status,
      code,
      detail,
    });
    return { ...about, state: 'failed', problem };
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

function warningsIn(checked: Result | undefined): Pick<Result, 'warnings'> {
  return checked?.warnings === undefined ? {} : { warnings: checked.warnings };
}

/** What was applied stays; applying the whole bundle again goes on where this one ended. */
function partly(documents: readonly Result[], rest: readonly Given[]): Problem {
  const failed = documents.at(-1);
  const notTried = rest.map(({ index, service = null }): Result => ({ document: index, service, state: 'not-tried' }));
  return new Problem(
    409,
    `Document ${failed?.document ?? 0} (${failed?.service ?? ''}) failed: ${failed?.problem?.detail ?? ''} ` +
      `${documents.length - 1} before it are applied, ${rest.length} behind it were not tried; apply the bundle again.`,
    { code: 'PARTLY_APPLIED', more: { documents: [...documents, ...notTried] } },
  );
}
