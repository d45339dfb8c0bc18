// Checks, pings and changes as healthchecks.io shows them: its fields, its times, its addresses. Pure.
import type { NumberedPing } from '../../../store/items/check-log.ts';
import type { Check, CheckChange } from '../../../store/items/check-record.ts';
import { uniqueKeyOf } from '../../../store/items/checks.ts';
import { channelsShown } from './channels.ts';
import { graceStartOf, statusAt } from './fold.ts';

/** Of the API: `v1` says less than `v3` in one field. */
export type ApiVersion = 'v1' | 'v2' | 'v3';

export interface Shown {
  /** Where the API is, e.g. `https://example.com`. */
  readonly root: string;
  readonly version: ApiVersion;
  readonly nowMs: number;
  /** For those who may look and not ping. */
  readonly readonly: boolean;
}

/** `2026-03-02T14:51:06+00:00`, in whole seconds. */
export const isoSeconds = (ms: number) => `${new Date(ms).toISOString().slice(0, 19)}+00:00`;

const isoOrNull = (ms: number | undefined) => (ms === undefined ? null : isoSeconds(ms));

/** With six digits of the second's parts, or with none of them when they are zero. */
function isoPrecise(ms: number): string {
  const rest = ((ms % 1000) + 1000) % 1000;
  return rest === 0 ? isoSeconds(ms) : `${new Date(ms).toISOString().slice(0, 23)}000+00:00`;
}

const wholeSeconds = (ms: number) => Math.floor(ms / 1000);

export function checkView(check: Check, { root, version, nowMs, readonly }: Shown): Record<string, unknown> {
  const { uuid, filterSubject, successKeywords, failureKeywords, lastDurationMs } = check;
  const api = `${root}/api/${version}/checks/${uuid}`;
  return {
    name: check.name,
    slug: check.slug,
    tags: check.tags,
    desc: check.desc,
    grace: wholeSeconds(check.graceMs),
    n_pings: check.pings,
    status: statusAt(check, nowMs, version === 'v1'),
    started: check.lastStart !== undefined,
    last_ping: isoOrNull(check.lastPingAt),
    next_ping: isoOrNull(graceStartOf(check)),
    manual_resume: check.manualResume,
    methods: check.methods,
    subject: filterSubject ? successKeywords : '',
    subject_fail: filterSubject ? failureKeywords : '',
    start_kw: check.startKeywords,
    success_kw: successKeywords,
    failure_kw: failureKeywords,
    filter_subject: filterSubject,
    filter_body: check.filterBody,
    filter_http_body: check.filterHttpBody,
    filter_default_fail: check.filterDefaultFail,
    badge_url: `${root}/b/2/${check.badgeKey}.svg`,
    ...(lastDurationMs === undefined || lastDurationMs === 0 ? {} : { last_duration: wholeSeconds(lastDurationMs) }),
    ...(readonly
      ? { unique_key: uniqueKeyOf(uuid) }
      : {
          uuid,
          ping_url: `${root}/ping/${uuid}`,
          update_url: api,
          pause_url: `${api}/pause`,
          resume_url: `${api}/resume`,
          channels: channelsShown(check.channels),
        }),
    ...(check.kind === 'simple'
      ? { timeout: wholeSeconds(check.timeoutMs) }
      : { schedule: check.schedule, tz: check.timezone }),
  };
}

/** A run that took longer is not shown as one: healthchecks.io takes its start for another one's. */
const LONGEST_DURATION_MS = 72 * 3_600_000;

export function pingView(check: Check, { n, ping }: NumberedPing, { root, version }: Shown): Record<string, unknown> {
  const { durationMs } = ping;
  return {
    type: ping.kind,
    date: isoPrecise(ping.at),
    n,
    scheme: ping.scheme,
    remote_addr: ping.remoteAddress === '' ? null : ping.remoteAddress,
    method: ping.method,
    ua: ping.userAgent,
    rid: ping.rid ?? null,
    body_url: ping.bodySize > 0 ? `${root}/api/${version}/checks/${check.uuid}/pings/${n}/body` : null,
    ...(durationMs === undefined || durationMs >= LONGEST_DURATION_MS
      ? {}
      : { duration: Math.round(durationMs / 10) / 100 }),
  };
}

export const flipView = ({ at, to }: CheckChange) => ({ timestamp: isoSeconds(at), up: to === 'up' ? 1 : 0 });

export const tagsOf = ({ tags }: { readonly tags: string }) => tags.split(' ').filter((tag) => tag !== '');

/** As Django makes a slug of a name: what versions 1 and 2 of the API do on their own. */
export function slugify(name: string): string {
  return name
    .normalize('NFKD')
    .replace(/[^\x20-\x7e]/g, '')
    .toLowerCase()
    .replace(/[^a-z0-9_\s-]/g, '')
    .replace(/[-\s]+/g, '-')
    .replace(/^[-_]+|[-_]+$/g, '');
}
