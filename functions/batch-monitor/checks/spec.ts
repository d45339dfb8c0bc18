// What a client sets of a check, read as healthchecks.io reads it: the first thing that is wrong, in its words. Pure.
import type { CheckKind, CheckSettings } from '../../../store/items/check-record.ts';
import { checkTimezone } from '../../../middleware/kernel/zone.ts';
import { wrongWithName } from '../../api/index.ts';
import { bad } from './dialect.ts';
import { isSchedule, kindOfSchedule } from './expected.ts';
import { tagsOf } from './views.ts';

export type UniqueField = 'name' | 'slug' | 'tags' | 'timeout' | 'grace';

export interface Spec {
  /** What is set, and nothing else. */
  readonly settings: Partial<CheckSettings>;
  /** Names or ids of channels with commas between, `*` for all; undefined leaves them as they are. */
  readonly channels: string | undefined;
  /** A check in which all of these are as they are set here is updated instead of a new one being made. */
  readonly unique: readonly UniqueField[];
}

const LONGEST_SECONDS = 31_536_000;
const LONGEST_TEXT = 10_000;
const UNIQUE: readonly string[] = ['name', 'slug', 'tags', 'timeout', 'grace'];

type Rule = (field: string, value: unknown) => void;

/** In the order in which healthchecks.io looks at them. */
const RULES: Readonly<Record<string, Rule>> = {
  channels: textUpTo(LONGEST_TEXT),
  desc: textUpTo(LONGEST_TEXT),
  failure_kw: textUpTo(200),
  filter_subject: flag,
  filter_body: flag,
  filter_http_body: flag,
  filter_default_fail: flag,
  grace: seconds,
  manual_resume: flag,
  methods: oneOf('', 'POST'),
  name,
  schedule,
  slug,
  start_kw: textUpTo(200),
  subject: textUpTo(200),
  subject_fail: textUpTo(200),
  success_kw: textUpTo(200),
  tags,
  timeout: seconds,
  tz: timezone,
  unique,
};

/** @throws {Problem} 400 with the first thing that is wrong. */
export function readSpec(body: Readonly<Record<string, unknown>>, current?: CheckSettings): Spec {
  for (const [field, rule] of Object.entries(RULES)) if (Object.hasOwn(body, field)) rule(field, body[field]);
  const text = (field: string) => (typeof body[field] === 'string' ? body[field] : undefined);
  return {
    settings: settingsOf(body, current),
    channels: text('channels'),
    unique: Array.isArray(body['unique']) ? (body['unique'] as UniqueField[]) : [],
  };
}

/** Whether a check is the one that a spec with `unique` means; never when it leaves out a field that it names. */
export function isMeant(check: CheckSettings, { settings, unique: fields }: Spec): boolean {
  const named: Record<UniqueField, keyof CheckSettings> = {
    ...{ name: 'name', slug: 'slug', tags: 'tags' },
    ...{ timeout: 'timeoutMs', grace: 'graceMs' },
  };
  return fields.length > 0 && fields.every((field) => settings[named[field]] === check[named[field]]);
}

/** @throws {Problem} 400 when what is set makes of a schedule and a timezone, each fine, what never comes. */
export function requireComing(current: CheckSettings, set: Partial<CheckSettings>): void {
  if (set.schedule === undefined && set.timezone === undefined) return;
  const { kind, schedule, timezone } = { ...current, ...set };
  if (kind === 'simple' || isSchedule(schedule, timezone)) return;
  throw invalid('schedule', `never comes in ${timezone}, whose clock skips it`);
}

function settingsOf(body: Readonly<Record<string, unknown>>, current?: CheckSettings): Partial<CheckSettings> {
  const settings: { -readonly [Name in keyof CheckSettings]?: CheckSettings[Name] } = {};
  const set = <Name extends keyof CheckSettings>(name: Name, field: string) => {
    if (Object.hasOwn(body, field)) settings[name] = body[field] as CheckSettings[Name];
  };
  set('name', 'name');
  set('slug', 'slug');
  set('tags', 'tags');
  set('desc', 'desc');
  set('timezone', 'tz');
  set('manualResume', 'manual_resume');
  set('methods', 'methods');
  // The older names of two fields; the newer ones come after them and win.
  set('successKeywords', 'subject');
  set('failureKeywords', 'subject_fail');
  if (Object.hasOwn(body, 'subject') || Object.hasOwn(body, 'subject_fail')) {
    const words = { ...current, ...settings };
    settings.filterSubject = (words.successKeywords ?? '') !== '' || (words.failureKeywords ?? '') !== '';
  }
  set('startKeywords', 'start_kw');
  set('successKeywords', 'success_kw');
  set('failureKeywords', 'failure_kw');
  set('filterSubject', 'filter_subject');
  set('filterBody', 'filter_body');
  set('filterHttpBody', 'filter_http_body');
  set('filterDefaultFail', 'filter_default_fail');
  if (Object.hasOwn(body, 'grace')) settings.graceMs = Number(body['grace']) * 1000;
  const expression = body['schedule'];
  // A schedule counts for more than a timeout, and an empty one for nothing.
  if (typeof expression === 'string' && expression !== '') {
    settings.kind = kindOfSchedule(expression);
    settings.schedule = expression;
  } else if (Object.hasOwn(body, 'timeout')) {
    settings.kind = 'simple' satisfies CheckKind;
    settings.timeoutMs = Number(body['timeout']) * 1000;
  }
  return settings;
}

const invalid = (subject: string, what: string) => bad(`json validation error: ${subject} ${what}`);

function textUpTo(longest: number): Rule {
  return (field, value) => {
    if (typeof value !== 'string') throw invalid(field, 'is not a string');
    // Whole characters, as healthchecks.io counts.
    if (value.length > longest && Array.from(value).length > longest) throw invalid(field, 'is too long');
  };
}

function name(field: string, value: unknown): void {
  textUpTo(100)(field, value);
  requireSeen(field, String(value));
}

function tags(field: string, value: unknown): void {
  textUpTo(500)(field, value);
  for (const tag of tagsOf({ tags: String(value) })) requireSeen(field, tag);
}

/** Nothing at all may be set; but what is there must be seen, or nobody knows which check it is. */
function requireSeen(field: string, text: string): void {
  const wrong = text === '' ? undefined : wrongWithName(text);
  if (wrong !== undefined) throw invalid(field, wrong);
}

function flag(field: string, value: unknown): void {
  if (typeof value !== 'boolean') throw invalid(field, 'is not a boolean');
}

function seconds(field: string, value: unknown): void {
  if (typeof value !== 'number' || !Number.isInteger(value)) throw invalid(field, 'is not a number');
  if (value < 60) throw invalid(field, 'is too small');
  if (value > LONGEST_SECONDS) throw invalid(field, 'is too large');
}

function oneOf(...known: readonly string[]): Rule {
  return (field, value) => {
    if (typeof value !== 'string' || !known.includes(value)) throw invalid(field, 'has unexpected value');
  };
}

function slug(field: string, value: unknown): void {
  textUpTo(100)(field, value);
  if (!/^[a-z0-9-_]*$/.test(String(value))) throw invalid(field, 'does not match pattern');
}

function schedule(field: string, value: unknown): void {
  textUpTo(100)(field, value);
  if (!isSchedule(String(value))) throw invalid(field, 'is not a valid cron or OnCalendar expression');
}

function timezone(field: string, value: unknown): void {
  textUpTo(LONGEST_TEXT)(field, value);
  try {
    checkTimezone(String(value));
  } catch {
    throw invalid(field, 'is not a valid timezone');
  }
}

function unique(field: string, value: unknown): void {
  if (!Array.isArray(value)) throw invalid(field, 'is not an array');
  if (value.some((each: unknown) => typeof each !== 'string' || !UNIQUE.includes(each))) {
    throw invalid(`an item in '${field}'`, 'has unexpected value');
  }
}
