// All jobs there are: they arrive page by page, are shown as they come, and are asked anew by the ETags of their pages.
import { useEffect, useState } from 'preact/hooks';
import { LIVE_MS, type Live } from '../../api/live.ts';
import { ask, type Answer } from '../../api/client.ts';
import { ApiError } from '../../api/problem.ts';
import { elapsed, now } from '../../clock.ts';
import { session } from '../../session/session.ts';
import type { Job, JobsPage } from './answers.ts';

export interface Roll {
  readonly jobs: readonly Job[];
  /** Whether all have arrived. */
  readonly complete: boolean;
}

const FIRST = '/v1/jobs?limit=200';
/** As many as are asked anew within this, ms; the more pages there are, the longer they stand. */
const SLOWEST_MS = 60_000;

/** Of what arrives page by page, so much time lies between two sights of it, ms. */
const BETWEEN_MS = 300;

type Seen = Omit<Live<Roll>, 'refresh'>;
const NOTHING: Seen = { data: undefined, etag: undefined, error: undefined, at: undefined };

/** Who comes back sees at once what was there. */
let last: Seen = NOTHING;
let pages = new Map<string, { readonly etag: string | undefined; readonly page: JobsPage }>();
session.onChange(() => {
  last = NOTHING;
  pages = new Map();
});

export function useRoll(): Live<Roll> {
  const [seen, setSeen] = useState(last);
  const [asked, setAsked] = useState(0);
  useEffect(() => {
    const left = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const show = (next: Seen) => {
      last = next;
      setSeen(next);
    };
    const look = async (): Promise<void> => {
      let waitMs = LIVE_MS;
      try {
        waitMs = await walk(left.signal, show);
      } catch (error) {
        if (left.signal.aborted) return;
        if (!(error instanceof ApiError)) throw error;
        show({ ...last, error });
        waitMs = Math.max(SLOWEST_MS / 6, error.retryAfterMs ?? 0);
      }
      if (!left.signal.aborted) timer = setTimeout(again, waitMs);
    };
    const again = () => {
      if (!document.hidden) return void look();
      document.addEventListener('visibilitychange', again, { once: true, signal: left.signal });
    };
    void look();
    return () => {
      left.abort();
      clearTimeout(timer);
    };
  }, [asked]);
  return { ...seen, refresh: async () => setAsked((count) => count + 1) };
}

/** Goes through all pages once; tells how long they may stand, ms. */
async function walk(signal: AbortSignal, show: (seen: Seen) => void): Promise<number> {
  const before = pages;
  const found = new Map<string, { readonly etag: string | undefined; readonly page: JobsPage }>();
  const jobs: Job[] = [];
  let isSame = last.data?.complete === true && last.error === undefined;
  let shownAt = -Infinity;
  let address: string | undefined = FIRST;
  while (address !== undefined) {
    const known = before.get(address);
    const answer: Answer<JobsPage> = await ask<JobsPage>(address, { signal, etag: known?.etag });
    if (signal.aborted) return 0;
    if (answer.body !== undefined) isSame = false;
    const page: JobsPage = answer.body ?? known?.page ?? { jobs: [] };
    found.set(address, { etag: answer.etag, page });
    jobs.push(...page.jobs);
    const { cursor } = page;
    address = cursor === undefined ? undefined : `${FIRST}&cursor=${encodeURIComponent(cursor)}`;
    // The first time, what has come is shown soon; later all of it when all is known.
    if (address !== undefined && last.data?.complete !== true && elapsed() >= shownAt + BETWEEN_MS) {
      shownAt = elapsed();
      show({ ...last, data: { jobs: [...jobs], complete: false }, error: undefined, at: now() });
    }
  }
  pages = found;
  if (isSame) last = { ...last, at: now() };
  else show({ data: { jobs, complete: true }, etag: undefined, error: undefined, at: now() });
  return Math.min(LIVE_MS * found.size, SLOWEST_MS);
}
