// A live answer whose address moves on with time: what was shown stays until the next one is there.
import { useRef } from 'preact/hooks';
import type { Live } from './live.ts';

/** `of` names what is shown; when that changes, nothing of before is kept. */
export function useKept<T>(live: Live<T>, of: string): Live<T> {
  const kept = useRef<{ of: string; live: Live<T> } | undefined>(undefined);
  if (live.data !== undefined) kept.current = { of, live };
  const last = kept.current;
  return live.data === undefined && last?.of === of ? { ...live, data: last.live.data, at: last.live.at } : live;
}
