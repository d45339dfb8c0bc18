// `GET /v1/services/{service}/fleet`: who runs what: live instances by revision, library and function; how the last publication
// came to them; and the instances one by one.
import { readMergeProgress } from '../../../store/items/merge-progress.ts';
import { readService, readState, type RulesState } from '../../../store/items/rules.ts';
import { json, notFound, pageOf, route, sealCursor, type Route } from '../../api/index.ts';
import type { Table } from '../../../store/port.ts';
import type { Parts } from '../parts.ts';
import { convergenceOf, type Convergence } from './convergence.ts';
import { readFleet } from './described.ts';
import { readAllInstances, readInstances, type LiveInstance } from './instances.ts';
import { MINUTE_MS, readFleetMinutes, type FleetMinute } from './minutes.ts';
import { standingOf } from './standing.ts';
import { summaryOfInstances, summaryOfMinute, type Summary } from './summary.ts';

/** For so long after a publication its way is told. */
const FOLLOWED_MS = 30 * MINUTE_MS;
/** A minute is there before everybody has told of it; the last that is complete is not older than this while the merge runs. */
const LATELY_MS = 6 * MINUTE_MS;
/** More than these are counted by the minute. */
const MOST_LOOKED_AT = 400;

export function fleetRoutes({ table }: Parts): Route[] {
  return [
    route('GET', '/v1/services/{service}/fleet', 'viewer', readFleet, async (request) => {
      const { service } = request.params;
      const { at } = request;
      const list = `fleet:${service}`;
      const { limit, cursor: after } = pageOf(request, list);
      const state = await readState(table, service);
      const [glance, { instances, next }] = await Promise.all([
        // The first page says it.
        after === undefined ? glanceAt(table, service, state, at) : undefined,
        readInstances(table, service, at, { limit, after }),
      ]);
      if (!state.head && instances.length === 0 && after === undefined) await requireKnown(table, service);
      return json({
        service,
        at: new Date(at).toISOString(),
        ...(state.head ? { published: shownPublished(state.head, state) } : {}),
        ...glance,
        instances: instances.map((one) => shownInstance(one, state)),
        ...(next === undefined ? {} : { cursor: sealCursor(list, next) }),
      });
    }),
  ];
}

/** A name misspelt must not look like a fleet that is gone. @throws {Problem} 404 */
async function requireKnown(table: Table, service: string): Promise<void> {
  if ((await readService(table, service)) !== undefined) return;
  throw notFound(`The service ${service} has no rules, and no instance of it has reported within four minutes.`);
}

async function glanceAt(table: Table, service: string, state: RulesState, at: number) {
  const completeUntil = (await readMergeProgress(table))?.upTo ?? 0;
  const [lately, followed] = await Promise.all([
    collected(table, service, at - LATELY_MS, at),
    state.head && state.head.publishedAt > at - 24 * 60 * MINUTE_MS
      ? collected(
          table,
          service,
          state.head.publishedAt - 2 * MINUTE_MS,
          Math.min(at, state.head.publishedAt + FOLLOWED_MS),
        )
      : undefined,
  ]);
  const newest = lately.findLast(({ from }) => from < completeUntil) ?? lately.at(-1);
  const summary = await summaryOf(table, service, state, at, newest);
  const convergence = state.head && followed ? convergenceOf(followed, state.head, completeUntil) : undefined;
  return {
    summary: shownSummary(summary),
    ...(convergence && convergence.minutes.length > 0 ? { convergence: shownConvergence(convergence) } : {}),
  };
}

async function summaryOf(
  table: Table,
  service: string,
  state: RulesState,
  at: number,
  newest: FleetMinute | undefined,
): Promise<Summary> {
  const all = newest && newest.instances > MOST_LOOKED_AT ? undefined : await readAllInstances(table, service, at);
  if (!all && newest) return summaryOfMinute(newest, state);
  return summaryOfInstances(all ?? [], state);
}

async function collected(table: Table, service: string, fromMs: number, toMs: number): Promise<FleetMinute[]> {
  const minutes: FleetMinute[] = [];
  for await (const minute of readFleetMinutes(table, service, fromMs, toMs)) minutes.push(minute);
  return minutes;
}

function shownPublished({ revision, publishedAt }: NonNullable<RulesState['head']>, { gray }: RulesState) {
  return {
    revision,
    publishedAt: new Date(publishedAt).toISOString(),
    ...(gray ? { gray: { revision: gray.revision } } : {}),
  };
}

function shownSummary({ standings, ...rest }: Summary) {
  return { ...rest, ...standings };
}

function shownConvergence({ minutes, reachedWithinMs }: Convergence) {
  return {
    minutes: minutes.map(({ from, instances, current }) => ({
      minute: new Date(from).toISOString(),
      instances,
      current,
      share: Math.round((1000 * current) / instances) / 1000,
    })),
    ...(reachedWithinMs === undefined ? {} : { reached: { share: 0.95, withinMs: reachedWithinMs } }),
  };
}

function shownInstance(one: LiveInstance, state: RulesState) {
  const { instance, functionName, functionVersion, version, revision, rejected, sides, at } = one;
  const standing = standingOf(one, state);
  const partly = state.gray && standing !== 'gray' && sides.includes(state.gray.revision);
  return {
    ...{ instance, function: functionName, functionVersion, version, revision, standing },
    ...(rejected === undefined ? {} : { rejected }),
    ...(partly ? { partlyGray: true as const } : {}),
    reportedAt: new Date(at).toISOString(),
  };
}
