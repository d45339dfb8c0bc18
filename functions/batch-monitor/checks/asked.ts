// What a request to the API of checks is about: which version of it, which check, and what its caller is shown.
import type { Check } from '../../../store/items/check-record.ts';
import { checkByAlias, readCheck } from '../../../store/items/checks.ts';
import type { Table } from '../../../store/port.ts';
import { roleCovers } from '../../api/auth.ts';
import { notFound, requireScope, type ApiRequest, type OpenRequest } from '../../api/index.ts';
import { isUuid, schemeOf } from './ping-request.ts';
import type { ApiVersion, Shown } from './views.ts';

export const CHECKS = '/api/{version}/checks/';
export const CHECK = `${CHECKS}{check}` as const;

export const unknown = () => notFound('not found');

export function versionOf({ params }: { readonly params: { readonly version: string } }): ApiVersion {
  const { version } = params;
  if (version === 'v1' || version === 'v2' || version === 'v3') return version;
  throw unknown();
}

export function shownTo(request: ApiRequest<'version'>): Shown {
  return {
    root: rootOf(request),
    version: versionOf(request),
    nowMs: request.at,
    readonly: !roleCovers(request.caller.role, 'editor'),
  };
}

/** Where the API is, as its caller has it. */
export const rootOf = (request: OpenRequest) => `${schemeOf(request)}://${request.headers.get('host') ?? 'localhost'}`;

/** The check that a path names: by its UUID, or by its unique key for those who only read. */
export async function checkOf(table: Table, request: ApiRequest<'version' | 'check'>): Promise<Check> {
  versionOf(request);
  const id = request.params.check;
  const byKey = request.method === 'GET' && /^[0-9a-f]{40}$/.test(id);
  const check = byKey ? await checkByAlias(table, id) : isUuid(id) ? await readCheck(table, id) : undefined;
  if (check === undefined) throw unknown();
  requireScope(request.caller, check.service);
  return check;
}
