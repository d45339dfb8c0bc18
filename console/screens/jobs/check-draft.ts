// What somebody has written of a check, and what of it is sent. Pure.
import type { Check } from './answers.ts';

export const UNITS = { minutes: 60, hours: 3_600, days: 86_400 } as const;
export type Unit = keyof typeof UNITS;

export interface Draft {
  readonly name: string;
  readonly slug: string;
  readonly tags: string;
  readonly desc: string;
  readonly by: 'period' | 'schedule';
  readonly period: string;
  readonly periodUnit: Unit;
  readonly schedule: string;
  readonly tz: string;
  readonly grace: string;
  readonly graceUnit: Unit;
  readonly postAlone: boolean;
  readonly manualResume: boolean;
  readonly searchesBody: boolean;
  readonly startWords: string;
  readonly successWords: string;
  readonly failureWords: string;
  readonly failsOtherwise: boolean;
  /** Names of channels; undefined where nobody has ever chosen any. */
  readonly channels: readonly string[] | undefined;
}

export const NEW_CHECK: Draft = {
  name: '',
  slug: '',
  tags: '',
  desc: '',
  by: 'period',
  period: '1',
  periodUnit: 'days',
  schedule: '0 2 * * *',
  tz: 'UTC',
  grace: '1',
  graceUnit: 'hours',
  postAlone: false,
  manualResume: false,
  searchesBody: false,
  startWords: '',
  successWords: '',
  failureWords: '',
  failsOtherwise: false,
  channels: undefined,
};

/** Seconds in the largest unit that holds them whole. */
export function inUnits(seconds: number): { readonly count: string; readonly unit: Unit } {
  for (const unit of ['days', 'hours'] as const) {
    if (seconds % UNITS[unit] === 0) return { count: String(seconds / UNITS[unit]), unit };
  }
  return { count: String(seconds / UNITS.minutes), unit: 'minutes' };
}

/** Which channels it names is told with the job, by their names. */
export function draftOf(check: Check, channels?: readonly string[]): Draft {
  const period = inUnits(check.timeout ?? UNITS.days);
  const grace = inUnits(check.grace);
  return {
    name: check.name,
    slug: check.slug,
    tags: check.tags,
    desc: check.desc,
    by: check.schedule === undefined ? 'period' : 'schedule',
    period: period.count,
    periodUnit: period.unit,
    schedule: check.schedule ?? NEW_CHECK.schedule,
    tz: check.tz ?? NEW_CHECK.tz,
    grace: grace.count,
    graceUnit: grace.unit,
    postAlone: check.methods === 'POST',
    manualResume: check.manual_resume,
    searchesBody: check.filter_http_body,
    startWords: check.start_kw,
    successWords: check.success_kw,
    failureWords: check.failure_kw,
    failsOtherwise: check.filter_default_fail,
    channels,
  };
}

/** With that channel or without it. Where nobody had chosen any before, taking away the last leaves it so. */
export function toggled(
  chosen: readonly string[] | undefined,
  name: string,
  before: readonly string[] | undefined,
): readonly string[] | undefined {
  const left = chosen?.includes(name) ? chosen.filter((one) => one !== name) : [...(chosen ?? []), name];
  return left.length === 0 && before === undefined ? undefined : left;
}

export const secondsOf = (count: string, unit: Unit): number => Math.round(Number(count) * UNITS[unit]);

/** As the management API takes it. Channels that nobody has changed stay, also those that this key may not name. */
export function bodyOf(draft: Draft, before: Draft): Record<string, unknown> {
  return {
    name: draft.name.trim(),
    slug: draft.slug.trim(),
    tags: draft.tags.trim(),
    desc: draft.desc,
    ...(draft.by === 'period'
      ? { timeout: secondsOf(draft.period, draft.periodUnit) }
      : { schedule: draft.schedule, tz: draft.tz.trim() }),
    grace: secondsOf(draft.grace, draft.graceUnit),
    methods: draft.postAlone ? 'POST' : '',
    manual_resume: draft.manualResume,
    filter_http_body: draft.searchesBody,
    start_kw: draft.startWords,
    success_kw: draft.successWords,
    failure_kw: draft.failureWords,
    filter_default_fail: draft.failsOtherwise,
    ...(draft.channels === before.channels ? {} : { channels: draft.channels?.join(',') ?? '' }),
  };
}

/** What is wrong, at the field that it is about where the API says which. */
export interface Wrong {
  readonly fields: readonly string[];
  readonly message: string;
}

/** The fields that have to be filled in and are not, by the API's names of them. */
export function missingIn(draft: Draft, service: string): string[] {
  return [
    ...(service.trim() === '' ? ['service'] : []),
    ...(draft.name.trim() === '' ? ['name'] : []),
    ...(draft.by === 'schedule' && draft.schedule.trim() === '' ? ['schedule'] : []),
    ...(draft.by === 'period' && !(Number(draft.period) > 0) ? ['timeout'] : []),
    ...(Number(draft.grace) > 0 ? [] : ['grace']),
  ];
}

/** `json validation error: grace is too small`: about the field grace. */
export function wrongIn(message: string): Wrong {
  if (message.startsWith('invalid channel identifier')) return { fields: ['channels'], message };
  const said = /^json validation error: ([a-z_]+) (.+)$/.exec(message);
  const [, field = '', what = ''] = said ?? [];
  return said ? { fields: [field], message: `${field} ${what}` } : { fields: [], message };
}

/** A slug of a name, as its pings call it. */
export const slugOf = (name: string): string =>
  name
    .toLowerCase()
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .replace(/[^a-z0-9_-]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 100);
