// What is on the page stays live: each address is polled once for everybody who shows it, by ETag, while the page is seen.
import { useEffect, useState } from 'preact/hooks';
import { now } from '../clock.ts';
import { session } from '../session/session.ts';
import { ask } from './client.ts';
import { ApiError } from './problem.ts';

/** Between two looks, ms: with the request's own time, what changes is on the page within 3 s. */
export const LIVE_MS = 2_500;
const SLOWEST_MS = 30_000;
/** What was seen so long ago says nothing of now, e.g. when the machine has slept, ms. */
export const OLD_MS = 30_000;
/** What nobody shows is kept this long, so that going back shows at once what was there, ms. */
const KEPT_MS = 60_000;

export interface Live<T> {
  /** The newest answer; older than the error beside it when there is one. */
  readonly data: T | undefined;
  readonly etag: string | undefined;
  /** Why the last look failed. */
  readonly error: ApiError | undefined;
  /** When `data` was last known to stand, ms since the epoch. */
  readonly at: number | undefined;
  /** Looks now, e.g. after a change; resolves when it has looked. */
  readonly refresh: () => Promise<void>;
}

interface Feed {
  state: Live<unknown>;
  readonly listeners: Map<object, { everyMs: number; changed: (state: Live<unknown>) => void }>;
  timer: ReturnType<typeof setTimeout> | undefined;
  underWay: Promise<void> | undefined;
  again: boolean;
  failures: number;
}

const feeds = new Map<string, Feed>();

/** Whoever signs out, or in as somebody else, is shown nothing of what the one before saw. */
session.onChange(() => {
  for (const feed of feeds.values()) clearTimeout(feed.timer);
  feeds.clear();
});

document.addEventListener('visibilitychange', () => {
  if (document.hidden) return;
  for (const [path, feed] of feeds) if (feed.listeners.size > 0) void look(path, feed);
});

/** What this address answers, live. Without an address nothing is asked. */
export function useLive<T>(path: string | undefined, everyMs = LIVE_MS): Live<T> {
  const [state, setState] = useState<{ of: string | undefined; live: Live<unknown> }>({ of: path, live: seen(path) });
  useEffect(() => {
    if (path === undefined) return;
    const feed = feedOf(path);
    const me = {};
    feed.listeners.set(me, { everyMs, changed: (live) => setState({ of: path, live }) });
    setState({ of: path, live: feed.state });
    const old = feed.state.at === undefined || now() - feed.state.at >= Math.min(everyMs, LIVE_MS);
    if (old || feed.state.error) void look(path, feed);
    else schedule(path, feed);
    return () => {
      feed.listeners.delete(me);
      if (feed.listeners.size > 0) return;
      clearTimeout(feed.timer);
      feed.timer = setTimeout(() => {
        if (feed.listeners.size === 0 && feeds.get(path) === feed) feeds.delete(path);
      }, KEPT_MS);
    };
  }, [path, everyMs]);
  return (state.of === path ? state.live : seen(path)) as Live<T>;
}

/** Looks at every shown address that begins like this now: something there was just changed from this page. */
export async function refreshed(prefix: string): Promise<void> {
  const shown = [...feeds].filter(([path, { listeners }]) => path.startsWith(prefix) && listeners.size > 0);
  await Promise.all(shown.map(([path, feed]) => look(path, feed)));
}

const NOTHING = { data: undefined, etag: undefined, error: undefined, at: undefined };

function seen(path: string | undefined): Live<unknown> {
  return (path === undefined ? undefined : feeds.get(path)?.state) ?? { ...NOTHING, refresh: async () => undefined };
}

function feedOf(path: string): Feed {
  const known = feeds.get(path);
  if (known) return known;
  const feed: Feed = {
    state: { ...NOTHING, refresh: () => look(path, feed) },
    listeners: new Map(),
    timer: undefined,
    underWay: undefined,
    again: false,
    failures: 0,
  };
  feeds.set(path, feed);
  return feed;
}

/** One look at a time; whoever asks for one while one is under way gets another behind it, which has seen their change. */
function look(path: string, feed: Feed): Promise<void> {
  clearTimeout(feed.timer);
  if (feed.underWay) {
    feed.again = true;
    return feed.underWay;
  }
  feed.underWay = (async () => {
    do {
      feed.again = false;
      await lookOnce(path, feed);
    } while (feed.again);
  })().finally(() => {
    feed.underWay = undefined;
    schedule(path, feed);
  });
  return feed.underWay;
}

async function lookOnce(path: string, feed: Feed): Promise<void> {
  const { state } = feed;
  try {
    const answer = await ask<unknown>(path, { etag: state.etag });
    feed.failures = 0;
    if (answer.status === 304) update(path, feed, { ...state, error: undefined, at: now() });
    else update(path, feed, { ...state, data: answer.body, etag: answer.etag, error: undefined, at: now() });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    feed.failures += 1;
    update(path, feed, { ...state, error });
  }
}

function update(path: string, feed: Feed, state: Live<unknown>): void {
  if (feeds.get(path) !== feed) return;
  const { data, error, at = 0 } = feed.state;
  const isSame = state.data === data && state.error === error && (state.at ?? 0) - at < OLD_MS;
  // Nothing new: whoever shows it need not render again, and reads until when it was known to stand if they do.
  if (isSame) Object.assign(feed.state, state);
  else {
    feed.state = state;
    for (const { changed } of feed.listeners.values()) changed(state);
  }
}

function schedule(path: string, feed: Feed): void {
  clearTimeout(feed.timer);
  if (feed.listeners.size === 0 || feeds.get(path) !== feed) return;
  const everyMs = Math.min(...[...feed.listeners.values()].map((listener) => listener.everyMs));
  const { error } = feed.state;
  // What is not there, or not for this key, will not be there in three seconds.
  const calm = error !== undefined && error.status >= 400 && error.status < 500 && error.status !== 429;
  const backedOff = Math.min(everyMs * 2 ** Math.min(feed.failures, 4), Math.max(SLOWEST_MS, everyMs));
  const waitMs = Math.max(calm ? SLOWEST_MS : backedOff, error?.retryAfterMs ?? 0);
  feed.timer = setTimeout(() => {
    if (document.hidden) return;
    void look(path, feed);
  }, waitMs);
}
