// What a schedule means in few words, in either language; what is not simple is left as it is written. Pure.

export type When =
  | { readonly kind: 'every'; readonly count: number; readonly unit: 'minute' | 'hour' | 'day' }
  | { readonly kind: 'hourly'; readonly minutes: readonly number[] }
  | {
      readonly kind: 'at';
      /** `02:30`. */
      readonly times: readonly string[];
      /** 0 is Sunday; undefined is every day. */
      readonly weekdays?: readonly number[];
      /** Days of the month. */
      readonly dates?: readonly number[];
    };

const MOST_TIMES = 4;
const DAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

/** Reads the schedules that most jobs have; undefined of all others. */
export function whenOf(schedule: string): When | undefined {
  const text = schedule.trim();
  const rate = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(text);
  if (rate) return { kind: 'every', count: Number(rate[1]), unit: rate[2] as 'minute' | 'hour' | 'day' };
  const inner = /^cron\((.*)\)$/.exec(text)?.[1];
  const fields = (inner ?? text).trim().split(/\s+/);
  if (inner === undefined) return fields.length === 5 ? ofFields(fields, 0) : undefined;
  const [year = '*'] = fields.slice(5);
  // EventBridge counts its weekdays from 1, Sunday.
  return fields.length === 6 && year === '*' ? ofFields(fields.slice(0, 5), 1) : undefined;
}

function ofFields([minute = '', hour = '', date = '', month = '', weekday = '']: string[], sunday: 0 | 1) {
  if (month !== '*') return undefined;
  const dates = everyOf(date) ? undefined : valuesOf(date, 1, 31);
  const weekdays = everyOf(weekday) ? undefined : weekdaysOf(weekday, sunday);
  if (dates === null || weekdays === null || (dates && weekdays)) return undefined;
  const isDaily = !dates && !weekdays;
  const everyHour = hour === '*';
  const step = /^(?:\*|0)\/(\d{1,2})$/;
  const minuteStep = minute === '*' ? 1 : Number(step.exec(minute)?.[1] ?? 0);
  if (isDaily && everyHour && minuteStep > 0 && 60 % minuteStep === 0) return every(minuteStep, 'minute');
  const minutes = valuesOf(minute, 0, 59);
  if (!minutes) return undefined;
  if (isDaily && everyHour && minutes.length <= MOST_TIMES) return { kind: 'hourly', minutes } as const;
  const hourStep = Number(step.exec(hour)?.[1] ?? 0);
  if (isDaily && minute === '0' && hourStep > 0 && 24 % hourStep === 0) return every(hourStep, 'hour');
  const hours = everyHour ? null : valuesOf(hour, 0, 23);
  if (!hours || hours.length * minutes.length > MOST_TIMES) return undefined;
  const times = hours.flatMap((h) => minutes.map((m) => `${two(h)}:${two(m)}`));
  return { kind: 'at', times, ...(weekdays ? { weekdays } : {}), ...(dates ? { dates } : {}) } as const;
}

const every = (count: number, unit: 'minute' | 'hour') => ({ kind: 'every', count, unit }) as const;
const two = (value: number) => String(value).padStart(2, '0');
const everyOf = (field: string) => field === '*' || field === '?';

/** `5`, `1-5`, `1-10/3`, `1,15`: the values, rising; null of anything else. */
function valuesOf(field: string, least: number, most: number): number[] | null {
  const values = new Set<number>();
  for (const part of field.split(',')) {
    const range = /^(\d{1,2})(?:-(\d{1,2})(?:\/(\d{1,2}))?)?$/.exec(part);
    if (!range) return null;
    const from = Number(range[1]);
    const to = Number(range[2] ?? range[1]);
    const step = Number(range[3] ?? 1);
    if (from < least || to > most || to < from || step < 1) return null;
    for (let value = from; value <= to; value += step) values.add(value);
  }
  return [...values].sort((a, b) => a - b);
}

/** Weekdays by number or name, 0 is Sunday. */
function weekdaysOf(field: string, sunday: 0 | 1): number[] | null {
  const numbered = field.toUpperCase().replace(/[A-Z]{3}/g, (name) => {
    const day = DAYS.indexOf(name);
    return day < 0 ? '?' : String(day + sunday);
  });
  const values = valuesOf(numbered, sunday, 7);
  return values && [...new Set(values.map((value) => (value - sunday) % 7))].sort((a, b) => a - b);
}

/** Days in a row are told by the first and the last. */
export function spansOf(values: readonly number[]): (readonly [number, number])[] {
  const spans: [number, number][] = [];
  for (const value of values) {
    const last = spans.at(-1);
    if (last && value === last[1] + 1) last[1] = value;
    else spans.push([value, value]);
  }
  return spans.flatMap(
    ([from, to]): (readonly [number, number])[] =>
    to === from + 1 ? [[from, from], [to, to]] : [[from, to]], // prettier-ignore
  );
}
