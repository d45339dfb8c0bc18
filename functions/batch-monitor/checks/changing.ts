// Changing checks: made, set otherwise, paused, resumed, deleted. Who did it is in the audit log.
import type { Check } from '../../../store/items/check-record.ts';
import { deleteCheck, uniqueKeyOf } from '../../../store/items/checks.ts';
import type { Table } from '../../../store/port.ts';
import { json, Problem, route, type ApiRequest, type ApiResponse } from '../../api/index.ts';
import type { GuardedRoute } from '../../api/route.ts';
import { record, type TrailParts } from '../../api/trail.ts';
import { CHECK, CHECKS, checkOf, shownTo, unknown } from './asked.ts';
import { changeOrPutOff } from './contended.ts';
import * as described from './described-checks.ts';
import { channelsSet } from './channels.ts';
import { objectOf } from './dialect.ts';
import { configured, paused, resumed } from './fold.ts';
import { channelsKnownTo } from './known-channels.ts';
import { projectOf } from './project.ts';
import { MOST_CHECKS, roomFor } from './room.ts';
import { readSpec, requireComing, type Spec } from './spec.ts';
import { upsert } from './upsert.ts';
import { checkView, slugify, type ApiVersion } from './views.ts';

/** `newId` gives random UUIDs. */
export interface ManageParts extends TrailParts {
  /** Of a service; 1,000 when left out. */
  readonly mostChecks?: number;
}

export function changingRoutes(parts: ManageParts): GuardedRoute[] {
  const { table, newId, mostChecks = MOST_CHECKS } = parts;
  const room = roomFor(table);
  const requireRoom = (service: string, at: number) => room(service, at, mostChecks);
  return [
    route('POST', CHECKS, 'editor', described.createCheck, async (request) => {
      const shown = shownTo(request);
      const spec = await specOf(table, request, shown.version);
      const { check, made } = await upsert(table, newId, projectOf(request), spec, request.at, requireRoom);
      await recordOf(parts, request, made ? 'check.create' : 'check.update', check);
      return json(checkView(check, shown), { status: made ? 201 : 200 });
    }),
    route('POST', CHECK, 'editor', described.updateCheck, async (request) => {
      const { version } = shownTo(request);
      const known = await checkOf(table, request);
      const { channels } = (await specOf(table, request, version, known)).settings;
      return changed(parts, request, 'check.update', (check) => {
        const { settings } = inVersion(readSpec(objectOf(request), check), version);
        requireComing(check, settings);
        return configured(check, channels === undefined ? settings : { ...settings, channels }, request.at);
      });
    }),
    route('DELETE', CHECK, 'editor', described.deleteCheck, async (request) => {
      const { uuid } = await checkOf(table, request);
      const deleted = await deleteCheck(table, uuid, request.at);
      if (deleted === undefined) throw unknown();
      await recordOf(parts, request, 'check.delete', deleted);
      return json(checkView(deleted, shownTo(request)));
    }),
    route('POST', `${CHECK}/pause`, 'editor', described.pauseCheck, (request) =>
      changed(parts, request, 'check.pause', (check) => paused(check, request.at)),
    ),
    route('POST', `${CHECK}/resume`, 'editor', described.resumeCheck, (request) =>
      changed(parts, request, 'check.resume', (check) => {
        const fresh = resumed(check, request.at);
        if (fresh === undefined) throw new Problem(409, 'check is not paused', { code: 'NOT_PAUSED' });
        return fresh;
      }),
    ),
  ];
}

/** Changes the check that a request names; what becomes of it is in the audit log, if anything does. */
async function changed(
  parts: ManageParts,
  request: ApiRequest<'version' | 'check'>,
  action: string,
  change: Parameters<typeof changeOrPutOff>[2],
): Promise<ApiResponse> {
  const { uuid, rev } = await checkOf(parts.table, request);
  const check = await changeOrPutOff(parts.table, uuid, change);
  if (check === undefined) throw unknown();
  if (check.rev !== rev) await recordOf(parts, request, action, check);
  return json(checkView(check, shownTo(request)));
}

/** A UUID lets anybody ping: entries name a check by its unique key. */
function recordOf(parts: ManageParts, request: ApiRequest, action: string, check: Check): Promise<void> {
  const { service, name, slug, uuid } = check;
  const target = `check ${uniqueKeyOf(uuid).slice(0, 16)}`;
  return record(parts, request, { action, service, target, detail: { name, slug } });
}

/** With the names of the channels that are asked for. */
async function specOf(table: Table, request: ApiRequest, version: ApiVersion, current?: Check): Promise<Spec> {
  const spec = inVersion(readSpec(objectOf(request), current), version);
  if (spec.channels === undefined) return spec;
  const channels = channelsSet(spec.channels, spec.channels === '' ? [] : await channelsKnownTo(table, request.caller));
  return channels === undefined ? spec : { ...spec, settings: { ...spec.settings, channels } };
}

function inVersion(spec: Spec, version: ApiVersion): Spec {
  const { name, slug } = spec.settings;
  if (version === 'v3' || name === undefined || slug !== undefined) return spec;
  return { ...spec, settings: { ...spec.settings, slug: slugify(name) } };
}
