// Changing checks: made, set otherwise, paused, resumed, deleted. Who did it is in the audit log.
import type { Check } from '../../../store/items/check-record.ts';
import { deleteCheck, uniqueKeyOf } from '../../../store/items/checks.ts';
import { json, Problem, route, type ApiRequest, type ApiResponse } from '../../api/index.ts';
import type { GuardedRoute } from '../../api/route.ts';
import { record, type TrailParts } from '../../api/trail.ts';
import { CHECK, CHECKS, checkOf, shownTo, unknown } from './asked.ts';
import { changeOrPutOff } from './contended.ts';
import * as described from './described-checks.ts';
import { bad, objectOf } from './dialect.ts';
import { configured, paused, resumed } from './fold.ts';
import { projectOf } from './project.ts';
import { readSpec, requireComing, type Spec } from './spec.ts';
import { upsert } from './upsert.ts';
import { checkView, slugify, type ApiVersion } from './views.ts';

/** `newId` gives random UUIDs. */
export type ManageParts = TrailParts;

export function changingRoutes(parts: ManageParts): GuardedRoute[] {
  const { table, newId } = parts;
  return [
    route('POST', CHECKS, 'editor', described.createCheck, async (request) => {
      const shown = shownTo(request);
      const spec = specOf(request, shown.version);
      const { check, made } = await upsert(table, newId, projectOf(request), spec, request.at);
      await recordOf(parts, request, made ? 'check.create' : 'check.update', check);
      return json(checkView(check, shown), { status: made ? 201 : 200 });
    }),
    route('POST', CHECK, 'editor', described.updateCheck, (request) =>
      changed(parts, request, 'check.update', (check) => {
        const { settings } = specOf(request, shownTo(request).version, check);
        requireComing(check, settings);
        return configured(check, settings, request.at);
      }),
    ),
    route('DELETE', CHECK, 'editor', described.deleteCheck, async (request) => {
      const { uuid } = await checkOf(table, request);
      const deleted = await deleteCheck(table, uuid);
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

function specOf(request: ApiRequest, version: ApiVersion, current?: Check): Spec {
  const spec = readSpec(objectOf(request), current);
  // There are none yet: `*` and none at all mean the same.
  if (spec.channels !== undefined && spec.channels !== '' && spec.channels !== '*') {
    const [first = ''] = spec.channels.split(',');
    throw bad(first === '' ? 'empty channel identifier' : `invalid channel identifier: ${first}`);
  }
  const { name, slug } = spec.settings;
  if (version === 'v3' || name === undefined || slug !== undefined) return spec;
  return { ...spec, settings: { ...spec.settings, slug: slugify(name) } };
}
