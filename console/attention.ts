// How many things need somebody: the title and the icon of the tab carry it on every screen, and say so when nobody can know.
import { useEffect, useMemo, useState } from 'preact/hooks';
import type { OpenAlert, OpenAlerts, Silence } from './api/alerts.ts';
import { useLive, type Live } from './api/live.ts';
import { now } from './clock.ts';
import { withSilences } from './parts/matching.ts';
import * as standing from './parts/standing.ts';

export type { Hold, OpenAlert, OpenAlerts } from './api/alerts.ts';

const SILENCES_MS = 10_000;

export const useSilences = (): readonly Silence[] =>
  useLive<{ readonly silences: readonly Silence[] }>('/v1/alerts/silences', SILENCES_MS).data?.silences ?? NONE;
const NONE: readonly Silence[] = [];

/** The open alerts, as the list answers them, and what of them is silenced: one look serves the whole page. */
export function useOpenAlerts(): Live<OpenAlerts> {
  const live = useLive<OpenAlerts>('/v1/alerts?limit=200');
  const silences = useSilences();
  const data = useMemo(
    () => live.data && { ...live.data, alerts: live.data.alerts.map((alert) => withSilences(alert, silences)) },
    [live.data, silences],
  );
  return { ...live, data };
}

/** Whether somebody should look now. */
export const needsYou = (alert: OpenAlert): boolean => standing.needsYou(alert, now());

/** What a screen that is shown knows beyond alerts: `useAlso(2)`. */
let also = 0;
const listeners = new Set<(count: number) => void>();
export function useAlso(count: number): void {
  useEffect(() => {
    tellAlso(count);
    return () => tellAlso(0);
  }, [count]);
}
function tellAlso(count: number): void {
  also = count;
  for (const listener of [...listeners]) listener(count);
}

export interface Attention {
  readonly count: number;
  /** How it is written: `3`, `200+`, `?` when nobody can know, '' when nothing needs anybody. */
  readonly mark: string;
}

export function useAttention(): Attention {
  const { data, error } = useOpenAlerts();
  const [more, setMore] = useState(also);
  useEffect(() => {
    setMore(also);
    listeners.add(setMore);
    return () => void listeners.delete(setMore);
  }, []);
  const count = (data?.alerts.filter(needsYou).length ?? 0) + more;
  const mark = markOf(count, data?.cursor !== undefined, error !== undefined);
  useEffect(() => show(mark), [mark]);
  return { count, mark };
}

/** What was last seen of trouble is said also while the API is away; that there was none is not. */
export const markOf = (count: number, isMore: boolean, isUnknown: boolean): string =>
  count > 0 ? `${String(count)}${isMore ? '+' : ''}` : isUnknown ? '?' : '';

const MARK = /^\((?:\d+\+?|\?)\) /;

function show(mark: string): void {
  const title = document.title.replace(MARK, '');
  document.title = mark === '' ? title : `(${mark}) ${title}`;
  const icon = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
  if (icon) icon.href = `data:image/svg+xml,${encodeURIComponent(drawn(mark))}`;
}

function drawn(count: string): string {
  const text = count.length > 2 ? '99' : count;
  const balls =
    '<path d="M16 3v8M16 11 6 22M16 11l10 11" stroke="#0b5cad" stroke-width="3" fill="none"/><circle cx="6" cy="23" r="5" fill="#0b5cad"/><circle cx="26" cy="23" r="5" fill="#0b5cad"/>';
  const mark = `<circle cx="20" cy="20" r="12" fill="${count === '?' ? '#515c6b' : '#b3201f'}"/><text x="20" y="26" font-family="sans-serif" font-weight="700" font-size="${text.length > 1 ? '14' : '17'}" text-anchor="middle" fill="#fff">${text}</text>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">${balls}${count === '' ? '' : mark}</svg>`;
}

/** The title of a screen, behind the count. */
export function useTitle(title: string): void {
  useEffect(() => {
    const count = MARK.exec(document.title)?.[0] ?? '';
    document.title = `${count}${title} · flyball`;
  }, [title]);
}
