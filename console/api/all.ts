// Every page of a list, looked at anew from time to time: for lists that are longer than a page and change by the minute.
import { useEffect, useState } from 'preact/hooks';
import { now } from '../clock.ts';
import { get } from './client.ts';
import type { Live } from './live.ts';
import { ApiError } from './problem.ts';

/** Pages of one look: a list that is longer is shown as far as this. */
const MOST_PAGES = 10;
/** After a look that failed. */
const AGAIN_MS = 5_000;

export interface All<Row> {
  readonly rows: readonly Row[];
  /** False when there are more than were read. */
  readonly complete: boolean;
}

type Seen<Row> = Omit<Live<All<Row>>, 'refresh'> & { readonly of: string };

/** `useAll<Service>('/v1/services?limit=200', 'services')`; `field` is where a page has its rows. */
export function useAll<Row>(path: string, field: string, everyMs = 60_000): Live<All<Row>> {
  const nothing: Seen<Row> = { of: path, data: undefined, etag: undefined, error: undefined, at: undefined };
  const [seen, setSeen] = useState(nothing);
  const [asked, ask] = useState(0);
  useEffect(() => {
    const left = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = async (): Promise<void> => {
      clearTimeout(timer);
      let waitMs = everyMs;
      try {
        const data = await pagesOf<Row>(path, field, left.signal);
        setSeen({ ...nothing, data, at: now() });
      } catch (error) {
        if (left.signal.aborted) return;
        if (!(error instanceof ApiError)) throw error;
        setSeen((was) => ({ ...(was.of === path ? was : nothing), error }));
        waitMs = Math.min(everyMs, Math.max(AGAIN_MS, error.retryAfterMs ?? 0));
      }
      timer = setTimeout(() => void (document.hidden ? waitSeen() : look()), waitMs);
    };
    const waitSeen = () => {
      document.addEventListener('visibilitychange', () => void look(), { once: true, signal: left.signal });
    };
    void look();
    return () => {
      left.abort();
      clearTimeout(timer);
    };
  }, [path, field, everyMs, asked]);
  const refresh = async () => {
    await Promise.resolve();
    ask((count) => count + 1);
  };
  return { ...(seen.of === path ? seen : nothing), refresh };
}

async function pagesOf<Row>(path: string, field: string, signal: AbortSignal): Promise<All<Row>> {
  const rows: Row[] = [];
  let cursor: string | undefined;
  for (let pages = 0; pages < MOST_PAGES; pages += 1) {
    const next = cursor === undefined ? path : `${path}${path.includes('?') ? '&' : '?'}cursor=${cursor}`;
    const page = await get<Readonly<Record<string, unknown>>>(next, signal);
    const found = page[field];
    if (Array.isArray(found)) rows.push(...(found as Row[]));
    cursor = typeof page['cursor'] === 'string' ? encodeURIComponent(page['cursor']) : undefined;
    if (cursor === undefined) return { rows, complete: true };
  }
  return { rows, complete: false };
}
