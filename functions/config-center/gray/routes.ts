// Gray publications under way: shown, given to the whole fleet, taken back.
import { abortGray, promoteGray } from '../../../store/items/gray-changes.ts';
import { isJudged, notePlan, readPlan, type GrayPlan } from '../../../store/items/gray-plan.ts';
import type { Gray } from '../../../store/items/gray.ts';
import { readState, type Published, type RulesState } from '../../../store/items/rules.ts';
import type { Table } from '../../../store/port.ts';
import {
  bodyOf,
  json,
  notFound,
  Problem,
  route,
  type ApiRequest,
  type ApiResponse,
  type FieldError,
  type Route,
} from '../../api/index.ts';
import { settle } from '../afterwards.ts';
import { brokenBy } from '../baseline/broken.ts';
import { lostRace } from '../conflicts.ts';
import { draftOf, pathOf, subjectOf, targetOf, titleOf } from '../document-id.ts';
import { kindOf } from '../kinds.ts';
import { librariesBehind, tooNew } from '../library.ts';
import type { Parts } from '../parts.ts';
import { record } from '../../api/trail.ts';
import * as described from './described.ts';
import { lookAt, shownFigures } from './look.ts';
import { bakedAt } from './next.ts';
import { shareOf, shownGray } from './terms.ts';

const GRAY = '/v1/services/{service}/gray';

export function grayRoutes(parts: Parts): Route[] {
  return [
    route('GET', GRAY, 'viewer', described.readGray, ({ params, at }) => showGray(parts.table, params.service, at)),
    route('POST', `${GRAY}/promote`, 'publisher', described.promote, (request) =>
      promote(parts, request, request.params.service),
    ),
    route('POST', `${GRAY}/abort`, 'publisher', described.abort, (request) =>
      abort(parts, request, request.params.service),
    ),
  ];
}

export async function showGray(table: Table, service: string, at: number): Promise<ApiResponse> {
  const state = await readState(table, service);
  const plan = await readPlan(table, service, state);
  if (!plan) throw notFound(`${titleOf(service)} has had no gray publication.`);
  const { startedAt, stepSince, steps, reason, revision, baseRevision, author, note, step } = plan;
  return json({
    ...{ revision, baseRevision, state: plan.state, author, note, step },
    startedAt: new Date(startedAt).toISOString(),
    steps: steps.map(({ share, bakeMs }) => ({ share: shareOf(share), bake: `${bakeMs / 1000}s` })),
    stepSince: new Date(stepSince).toISOString(),
    ...(reason === '' ? {} : { reason }),
    ...(state.gray ? { gray: shownGray(state.gray) } : {}),
    // Of free-form configuration nobody counts.
    ...(state.gray && kindOf(service).name === 'rules' ? await beside(table, service, plan, at) : {}),
  });
}

/** Both sides' figures; with a verdict where there is a judge. */
async function beside(table: Table, service: string, plan: GrayPlan, at: number) {
  const { from, part, rest, judgement, coveredUntil, next } = await lookAt(table, service, plan, at);
  const figures = {
    since: new Date(from).toISOString(),
    ...(coveredUntil > 0 ? { completeUntil: new Date(coveredUntil).toISOString() } : {}),
    gray: shownFigures(part),
    rest: shownFigures(rest),
  };
  if (!isJudged(plan)) return { figures };
  const until = bakedAt(plan);
  const { extendedAt, ifTooLittleTraffic, abortWhen } = plan;
  return {
    judgement: {
      ...judgement,
      ...figures,
      next: next.do,
      ...(until === undefined ? {} : { bakedAt: new Date(until).toISOString() }),
      ...(abortWhen ? { abortWhen } : {}),
      ifTooLittleTraffic,
      ...(extendedAt === undefined ? {} : { extendedAt: new Date(extendedAt).toISOString() }),
    },
  };
}

export async function promote(parts: Parts, request: ApiRequest, service: string): Promise<ApiResponse> {
  const { table } = parts;
  const { note = '', expectedRevision, force = false } = bodyOf(request, described.promoteBody);
  const seen = await underWay(table, service, expectedRevision);
  const { needs } = seen.gray;
  // Who was not in the part may have a library that does not know what it uses.
  const behind = needs === undefined ? undefined : await librariesBehind(table, service, needs, request.at);
  if (needs !== undefined && behind && behind.size > 0 && !force) throw tooNew(needs, [], behind);
  // Its guardrails were looked at when it began; a baseline that has changed since stops nobody, and is told.
  const broken = await brokenBy(table, service, seen.gray.revision);
  const promoted = await promoteGray(table, { service, seen, at: request.at });
  const forcedOver = behind && behind.size > 0 ? { forcedOver: [...behind.keys()] } : {};
  return ended(parts, request, service, seen, promoted, { note, how: 'promoted', forcedOver, broken });
}

export async function abort(parts: Parts, request: ApiRequest, service: string): Promise<ApiResponse> {
  const { note = '', expectedRevision } = bodyOf(request, described.abortBody);
  const seen = await underWay(parts.table, service, expectedRevision);
  const aborted = await abortGray(parts.table, { service, seen, at: request.at });
  return ended(parts, request, service, seen, aborted, { note, how: 'aborted', forcedOver: {}, broken: [] });
}

type UnderWay = RulesState & { readonly gray: Gray };

/** @throws {Problem} 409 when there is none, or another one than is meant. */
async function underWay(table: Table, service: string, expected: number | undefined): Promise<UnderWay> {
  const state = await readState(table, service);
  const { gray } = state;
  if (gray && (expected === undefined || expected === gray.revision)) return { ...state, gray };
  const stands = gray ? `Revision ${gray.revision} is the gray one` : 'No gray publication is under way';
  throw new Problem(409, `${stands} of ${draftOf(service)}; look at ${pathOf(service)}/gray.`, {
    code: 'NO_SUCH_GRAY',
    more: gray ? { gray: shownGray(gray) } : {},
  });
}

interface Ending {
  readonly how: 'promoted' | 'aborted';
  readonly note: string;
  readonly forcedOver: { readonly forcedOver?: string[] };
  /** What the baseline in force does not allow of it. */
  readonly broken: readonly FieldError[];
}

async function ended(
  parts: Parts,
  request: ApiRequest,
  service: string,
  { gray, head }: UnderWay,
  written: Published,
  { how, note, forcedOver, broken }: Ending,
): Promise<ApiResponse> {
  const { table } = parts;
  if (!written.applied) throw lostRace(service, written.head);
  const { revision, seq, publishedAt } = written.head;
  await record(parts, request, {
    action: `${kindOf(service).name}.${how === 'promoted' ? 'promote' : 'abort'}`,
    ...subjectOf(service),
    target: targetOf(service, `revision ${gray.revision}`),
    detail: {
      ...{ revision, from: head?.revision ?? 0, ...forcedOver },
      ...(broken.length > 0 ? { guardrailsBroken: broken.map(({ path }) => path) } : {}),
    },
    ...(note === '' ? {} : { note }),
  });
  await notePlan(table, service, gray.revision, { state: how, reason: note });
  await settle(table, service);
  const warnings = broken.length > 0 ? { warnings: broken } : {};
  return json({ revision, seq, publishedAt: new Date(publishedAt).toISOString(), ...warnings });
}
