// Looks at the traffic of all services, five minutes at a time: what is summed up is asked for once.
import { useEffect, useMemo, useState } from 'preact/hooks';
import { get, queryOf } from '../../api/client.ts';
import { useLive } from '../../api/live.ts';
import { session } from '../../session/session.ts';
import type { Topology } from './answers.ts';
import { inboundOf, WINDOW_MS, WINDOWS, windowsUntil, type Seen, type Window } from './windows.ts';

const LOOK_MS = 60_000;
const windows = new Map<number, Window>();
session.onChange(() => windows.clear());

/** The windows of the last hour, or the newest of them, oldest first. */
export function useTrafficOfAll(most = WINDOWS): readonly Seen[] {
  // The newest picture also tells until when there is anything to ask for.
  const { data } = useLive<Topology>('/v1/telemetry/topology', LOOK_MS);
  const until = data === undefined ? undefined : Date.parse(data.completeUntil);
  const [arrived, setArrived] = useState(0);
  useEffect(() => {
    if (until === undefined) return;
    const gone = new AbortController();
    void fill(windowsUntil(until).slice(-most), gone.signal, () => setArrived((count) => count + 1));
    return () => gone.abort();
  }, [until, most]);
  return useMemo(() => {
    const starts = until === undefined ? [] : windowsUntil(until).slice(-most);
    return starts.map((from) => ({ from, sums: windows.get(from) }));
  }, [until, arrived, most]);
}

/** Newest first and one after another: the rates of now are there first, and the API is spared. */
async function fill(starts: readonly number[], signal: AbortSignal, arrived: () => void): Promise<void> {
  const first = (starts.at(-1) ?? 0) - (WINDOWS - 1) * WINDOW_MS;
  for (const from of [...windows.keys()]) if (from < first) windows.delete(from);
  for (const from of [...starts].reverse()) {
    if (windows.has(from)) continue;
    try {
      const query = queryOf({ from, to: from + WINDOW_MS });
      const { edges } = await get<Topology>(`/v1/telemetry/topology${query}`, signal);
      windows.set(from, inboundOf(edges));
      arrived();
    } catch {
      // It stays unknown, and is asked for at the next look.
      if (signal.aborted) return;
    }
  }
}
