// The addresses of badges: of one check, of the checks with a tag, of all checks of a service. Anybody may see them.
import { createHmac } from 'node:crypto';
import { badgesOf, badgesOfKey } from '../../../store/items/check-badges.ts';
import type { Check } from '../../../store/items/check-record.ts';
import { checkByAlias, uniqueKeyOf } from '../../../store/items/checks.ts';
import type { Table } from '../../../store/port.ts';
import { json, openRoute, route, type ApiResponse, type Route } from '../../api/index.ts';
import { rootOf, versionOf } from './asked.ts';
import { badgeOf, fileOf } from './badge.ts';
import * as described from './described-checks.ts';
import { dialectOf } from './dialect.ts';
import { isUuid } from './ping-request.ts';
import { allChecks, projectOf } from './project.ts';
import { tagsOf } from './views.ts';

export interface BadgeParts {
  readonly table: Table;
  /** A new random UUID. */
  readonly newId: () => string;
}

/** What the badge of all checks says. */
const ALL = 'flyball';
const NOT_FOUND: ApiResponse = { status: 404, headers: { 'access-control-allow-origin': '*' } };

export function badgeRoutes({ table, newId }: BadgeParts): Route[] {
  return [
    {
      ...route('GET', '/api/{version}/badges/', 'viewer', described.listBadges, async (request) => {
        versionOf(request);
        const service = projectOf(request);
        const { badgeKey, secret } = await badgesOf(table, service, newId);
        const tags = new Set((await allChecks(table, service)).checks.flatMap(tagsOf));
        const root = `${rootOf(request)}/badge/${badgeKey}`;
        return json({
          badges: Object.fromEntries(
            ['*', ...tags].map((tag) => [tag, addressesOf(root, tag, signatureOf(secret, tag))]),
          ),
        });
      }),
      dialect: dialectOf(['GET']),
    },
    openRoute('GET', '/badge/{key}/{signature}/{file}', described.readTagBadge, ({ params, at }) => {
      const file = fileOf(params.file);
      return tagBadge(params.key, params.signature, file?.name, file?.format, at);
    }),
    openRoute('GET', '/badge/{key}/{file}', described.readAllBadge, ({ params, at }) => {
      const file = fileOf(params.file);
      return tagBadge(params.key, file?.name ?? '', '*', file?.format, at);
    }),
    openRoute('GET', '/b/{states}/{file}', described.readBadge, async ({ params, at }) => {
      const file = fileOf(params.file);
      if (file === undefined || !isUuid(file.name) || !/^[0-9]{1,9}$/.test(params.states)) return NOT_FOUND;
      const check = await checkByAlias(table, file.name);
      if (check === undefined) return NOT_FOUND;
      // Never by its UUID, which lets anybody ping.
      return badgeOf(
        check.name || check.slug || uniqueKeyOf(check.uuid).slice(0, 8),
        [check],
        file.format,
        params.states === '3' ? 3 : 2,
        at,
      );
    }),
  ];

  async function tagBadge(
    key: string,
    signature: string,
    tag: string | undefined,
    format: Parameters<typeof badgeOf>[2] | undefined,
    at: number,
  ): Promise<ApiResponse> {
    const badges = isUuid(key) && tag !== undefined && format !== undefined ? await badgesOfKey(table, key) : undefined;
    if (badges === undefined || tag === undefined || format === undefined) return NOT_FOUND;
    if (signatureOf(badges.secret, tag) !== signature.slice(0, 8)) return NOT_FOUND;
    const states = signature.length === 10 && signature.endsWith('-2') ? 2 : 3;
    const checks = (await allChecks(table, badges.service)).checks.filter((check) => hasTag(check, tag));
    return badgeOf(tag === '*' ? ALL : tag, checks, format, states, at);
  }
}

const hasTag = (check: Check, tag: string) => tag === '*' || tagsOf(check).includes(tag);

/** Shows that an address was given by us; what it lets one see is a colour. */
const signatureOf = (secret: string, tag: string) =>
  createHmac('sha256', secret).update(tag).digest('base64url').slice(0, 8);

function addressesOf(root: string, tag: string, signature: string): Record<string, string> {
  const of = (states: string, format: string) =>
    tag === '*'
      ? `${root}/${signature}${states}.${format}`
      : `${root}/${signature}${states}/${encodeURIComponent(tag)}.${format}`;
  return {
    ...{ svg: of('-2', 'svg'), svg3: of('', 'svg') },
    ...{ json: of('-2', 'json'), json3: of('', 'json') },
    ...{ shields: of('-2', 'shields'), shields3: of('', 'shields') },
  };
}
