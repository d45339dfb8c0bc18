// Every page of a list, looked at anew from time to time by its ETags: for lists that are longer than a page and change by the minute.
import { useEffect, useState } from 'preact/hooks';
import { now } from '../clock.ts';
import { ask } from './client.ts';
import type { Live } from './live.ts';
import { ApiError } from './problem.ts';

/** Pages of one look: a list that is longer is shown as far as this. */
const MOST_PAGES = 25;
/** After a look that failed. */
const AGAIN_MS = 5_000;

export interface All<Row> {
  readonly rows: readonly Row[];
  /** False when there are more than were read. */
  readonly complete: boolean;
  /** The first look is still under way: these are what has come so far. */
  readonly coming?: boolean;
}

type Seen<Row> = Omit<Live<All<Row>>, 'refresh'> & { readonly of: string };

/**
 * `useAll<Service>('/v1/services?limit=200', 'services')`; `field` is where a page has its rows. The more pages there are, the
 * longer they stand: `everyMs` each. The first time, what has come is shown before the rest has.
 */
export function useAll<Row>(path: string, field: string, everyMs = 60_000): Live<All<Row>> {
  const nothing: Seen<Row> = { of: path, data: undefined, etag: undefined, error: undefined, at: undefined };
  const [seen, setSeen] = useState(nothing);
  const [asked, setAsked] = useState(0);
  useEffect(() => {
    const left = new AbortController();
    let pages: Pages<Row> = new Map();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = async (): Promise<void> => {
      clearTimeout(timer);
      let waitMs = everyMs;
      try {
        const read = await pagesOf(path, field, pages, left.signal, (rows) => {
          const soFar = { rows, complete: false, coming: true };
          setSeen((was) => (was.data?.coming === false ? was : { ...nothing, data: soFar, at: now() }));
        });
        pages = read.pages;
        waitMs *= pages.size;
        // What has not changed stays the same object: nothing is made of it anew.
        setSeen((was) => ({ ...nothing, data: read.data ?? was.data, at: now() }));
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
    setAsked((count) => count + 1);
  };
  return { ...(seen.of === path ? seen : nothing), refresh };
}

interface Page<Row> {
  readonly etag: string | undefined;
  readonly rows: readonly Row[];
  readonly cursor: string | undefined;
}

/** By their addresses, as they were last answered. */
type Pages<Row> = ReadonlyMap<string, Page<Row>>;

interface Read<Row> {
  readonly pages: Pages<Row>;
  /** Undefined when every page is as it was. */
  readonly data: All<Row> | undefined;
}

async function pagesOf<Row>(
  path: string,
  field: string,
  before: Pages<Row>,
  signal: AbortSignal,
  onPage: (rows: readonly Row[]) => void,
): Promise<Read<Row>> {
  const pages = new Map<string, Page<Row>>();
  const rows = () => [...pages.values()].flatMap((page) => page.rows);
  let isSame = true;
  let cursor: string | undefined;
  do {
    const address = cursor === undefined ? path : `${path}${path.includes('?') ? '&' : '?'}cursor=${cursor}`;
    const known = before.get(address);
    const { body, etag } = await ask<Readonly<Record<string, unknown>>>(address, { signal, etag: known?.etag });
    const page = body === undefined && known ? known : pageOf<Row>(body, field, etag);
    isSame &&= page === known;
    pages.set(address, page);
    cursor = page.cursor;
    if (cursor !== undefined) onPage(rows());
  } while (cursor !== undefined && pages.size < MOST_PAGES);
  return { pages, data: isSame ? undefined : { rows: rows(), complete: cursor === undefined, coming: false } };
}

function pageOf<Row>(body: Readonly<Record<string, unknown>> = {}, field: string, etag: string | undefined): Page<Row> {
  const { [field]: found, cursor } = body;
  return {
    etag,
    rows: Array.isArray(found) ? (found as Row[]) : [],
    cursor: typeof cursor === 'string' ? encodeURIComponent(cursor) : undefined,
  };
}
