// One stream of what happened to a job, newest first, put together of pages that overlap. Pure.
import type { JobEvent, Run } from './answers.ts';

export const EVENT_TYPES = ['run', 'ping', 'change', 'alert'] as const;
export type EventType = (typeof EVENT_TYPES)[number];

export function keyOf(event: JobEvent): string {
  if (event.type === 'run') return `run ${event.run.run} ${event.at}`;
  if (event.type === 'ping') return `ping ${String(event.ping.n)}`;
  if (event.type === 'change') return `change ${event.at} ${event.to}`;
  const { id, what, channel = '' } = event.alert;
  return `alert ${id} ${event.at} ${what} ${channel}`;
}

/**
 * What is known with the newest page before it. Where the two do not meet, something between them was never seen: then
 * the page alone is left, with more behind it.
 */
export function withNewest(
  known: readonly JobEvent[],
  newest: readonly JobEvent[],
): { readonly events: readonly JobEvent[]; readonly meets: boolean } {
  if (known.length === 0) return { events: newest, meets: true };
  const fresh = new Set(newest.map(keyOf));
  const older = known.filter((event) => !fresh.has(keyOf(event)));
  const meets = older.length < known.length;
  return meets ? { events: [...newest, ...older], meets } : { events: newest, meets };
}

/** With an older page behind. */
export function withOlder(known: readonly JobEvent[], older: readonly JobEvent[]): readonly JobEvent[] {
  const seen = new Set(known.map(keyOf));
  return [...known, ...older.filter((event) => !seen.has(keyOf(event)))];
}

/**
 * With those runs of a check that no end tells of: its pings say the rest. Of a part of the stream, only those that lie
 * within it.
 */
export function withOpenRuns(events: readonly JobEvent[], runs: readonly Run[], isWhole: boolean): readonly JobEvent[] {
  const from = events.at(-1)?.at ?? '';
  const open = runs.flatMap((run): JobEvent[] => {
    const { status, startedAt: at } = run;
    if (at === undefined || (status !== 'lost' && status !== 'overran' && status !== 'running')) return [];
    return isWhole || at >= from ? [{ type: 'run', at, run }] : [];
  });
  return open.length === 0 ? events : [...events, ...open].sort((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : 0));
}

/** Those of the types that are asked for; all when none is. */
export const ofTypes = (events: readonly JobEvent[], types: readonly string[]): readonly JobEvent[] =>
  types.length === 0 ? events : events.filter(({ type }) => types.includes(type));
