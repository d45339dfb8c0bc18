// How many things need somebody: the title and the icon of the tab carry it on every screen.
import { useEffect } from 'preact/hooks';
import { useLive } from './api/live.ts';

export interface OpenAlert {
  readonly id: string;
  readonly key: string;
  readonly episode: number;
  readonly status: 'firing' | 'resolved';
  readonly kind: string;
  readonly service: string;
  readonly name: string;
  readonly owner?: string;
  readonly severity: 'realtime' | 'high' | 'deferred';
  readonly summary: string;
  readonly since: string;
  readonly noticedAt: string;
  readonly endedAt?: string;
  readonly acknowledged?: { readonly by: string; readonly at: string; readonly until?: string; readonly note?: string };
  readonly held: readonly {
    readonly channel?: string;
    readonly route?: string;
    readonly kind: 'deferred' | 'silenced' | 'muted' | 'inhibited' | 'acknowledged' | (string & {});
    readonly by: string;
    readonly since: string;
    readonly until?: string;
    readonly reason?: string;
  }[];
  /** When the first of what is held is sent. */
  readonly sendsAt?: string;
  readonly sendsInMs?: number;
  readonly told: readonly string[];
  readonly failing: readonly { readonly channel: string; readonly attempts: number; readonly error?: string }[];
}

export interface OpenAlerts {
  readonly alerts: readonly OpenAlert[];
  readonly cursor?: string;
}

/** The open alerts, as the list answers them: one look serves the whole page. */
export const useOpenAlerts = () => useLive<OpenAlerts>('/v1/alerts');

/** Whether somebody should look: it fires, and nobody has said that they have it, nor silenced it. */
export const needsYou = ({ status, acknowledged, held }: OpenAlert): boolean =>
  status === 'firing' && !acknowledged && !held.some(({ kind }) => kind === 'silenced' || kind === 'inhibited');

export function useAttention(): number {
  const { data } = useOpenAlerts();
  const count = data?.alerts.filter(needsYou).length ?? 0;
  useEffect(() => showCount(count), [count]);
  return count;
}

function showCount(count: number): void {
  const title = document.title.replace(/^\(\d+\) /, '');
  document.title = count > 0 ? `(${String(count)}) ${title}` : title;
  const icon = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
  if (icon) icon.href = `data:image/svg+xml,${encodeURIComponent(drawn(count))}`;
}

function drawn(count: number): string {
  const text = count > 99 ? '99' : String(count);
  const balls =
    '<path d="M16 3v8M16 11 6 22M16 11l10 11" stroke="#0b5cad" stroke-width="3" fill="none"/><circle cx="6" cy="23" r="5" fill="#0b5cad"/><circle cx="26" cy="23" r="5" fill="#0b5cad"/>';
  const mark = `<circle cx="20" cy="20" r="12" fill="#b3201f"/><text x="20" y="26" font-family="sans-serif" font-weight="700" font-size="${text.length > 1 ? '14' : '17'}" text-anchor="middle" fill="#fff">${text}</text>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">${balls}${count > 0 ? mark : ''}</svg>`;
}

/** The title of a screen, behind the count. */
export function useTitle(title: string): void {
  useEffect(() => {
    const count = /^\(\d+\) /.exec(document.title)?.[0] ?? '';
    document.title = `${count}${title} · flyball`;
  }, [title]);
}
