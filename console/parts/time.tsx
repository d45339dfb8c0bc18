// Times in the viewer's zone, with UTC on hover; durations and how long ago.
import type { ComponentChildren } from 'preact';
import { useNow } from '../clock.ts';
import { language, locale, tell, useLanguage } from '../text/language.ts';
import { leftOf, spanOf } from './span.ts';
import { partsTexts } from './texts.ts';

type Moment = string | number | undefined | null;

const formats = new Map<string, Intl.DateTimeFormat>();
function formatOf(kind: 'time' | 'minute' | 'full'): Intl.DateTimeFormat {
  const key = `${locale()} ${kind}`;
  const known = formats.get(key);
  if (known) return known;
  const made = new Intl.DateTimeFormat(
    locale(),
    kind === 'time'
      ? { timeStyle: 'medium' }
      : kind === 'minute'
        ? { hour: '2-digit', minute: '2-digit' }
        : { dateStyle: 'medium', timeStyle: 'medium' },
  );
  formats.set(key, made);
  return made;
}

const msOf = (at: string | number): number => (typeof at === 'number' ? at : Date.parse(at));

/** `2026-01-05 09:30:00 UTC`, for a title. */
export const utcOf = (at: string | number): string =>
  `${new Date(msOf(at)).toISOString().replace('T', ' ').slice(0, 19)} UTC`;

export const dateTimeOf = (at: string | number): string => formatOf('full').format(msOf(at));
export const timeOf = (at: string | number): string => formatOf('time').format(msOf(at));
export const minuteOf = (at: string | number): string => formatOf('minute').format(msOf(at));

/** A moment: today by its time, any other day with its date. */
export function Time({ at, full = false }: { at: Moment; full?: boolean }) {
  useLanguage();
  const present = useNow(60_000);
  if (at === undefined || at === null) return <span class="quiet">–</span>;
  const ms = msOf(at);
  const today = new Date(ms).toDateString() === new Date(present).toDateString();
  return (
    <time dateTime={new Date(ms).toISOString()} title={utcOf(ms)}>
      {today && !full ? timeOf(ms) : dateTimeOf(ms)}
    </time>
  );
}

/** `3 min ago`, `in 2 h`: by the viewer's clock, and the moment itself on hover. */
export function Ago({ at }: { at: Moment }) {
  useLanguage();
  const present = useNow();
  if (at === undefined || at === null) return <span class="quiet">–</span>;
  const ms = msOf(at);
  return (
    <time dateTime={new Date(ms).toISOString()} title={`${dateTimeOf(ms)} · ${utcOf(ms)}`}>
      {agoOf(ms, present)}
    </time>
  );
}

const STEPS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
];

export function agoOf(at: number, present: number): string {
  const byMs = at - present;
  const [unit, size] = STEPS.find(([, step]) => Math.abs(byMs) >= step) ?? ['second', 1_000];
  return relativeIn(locale()).format(Math.trunc(byMs / size), unit);
}

/** Making one takes longer than all else of a row: each language has one. */
const relative = new Map<string, Intl.RelativeTimeFormat>();
function relativeIn(language: string): Intl.RelativeTimeFormat {
  const known = relative.get(language);
  if (known) return known;
  const made = new Intl.RelativeTimeFormat(language, { numeric: 'auto', style: 'short' });
  relative.set(language, made);
  return made;
}

/** `1 d 2 h`, `3 min 4 s`, `1.25 s`, `840 ms`: two units at most. */
export function durationOf(ms: number): string {
  if (ms < 1_000) return `${number(ms, ms < 10 ? 1 : 0)} ms`;
  if (ms < 60_000) return `${number(ms / 1_000, ms < 10_000 ? 2 : 1)} s`;
  return spanOf(Math.round(ms / 1_000), language());
}

const number = (value: number, digits: number): string =>
  value.toLocaleString(locale(), { maximumFractionDigits: digits });

interface CountdownProps {
  to: string | number;
  /** What is said with what is left; `in 23 h 33 min` without it. */
  says?: (left: string) => string;
  /** What stands in its place once the moment has come, until the next look; `due` without it. */
  due?: ComponentChildren;
}

/** What is left until a moment, e.g. `in 23 h 33 min`; then that it is due. */
export function Countdown({ to, says = (left) => tell(partsTexts, 'in', { left }), due }: CountdownProps) {
  const ms = msOf(to);
  const left = leftOf(ms - useNow(), language());
  if (left === undefined && due !== undefined) return <>{due}</>;
  return (
    <time class="number" dateTime={new Date(ms).toISOString()} title={`${dateTimeOf(ms)} · ${utcOf(ms)}`}>
      {left === undefined ? tell(partsTexts, 'due') : says(left)}
    </time>
  );
}
