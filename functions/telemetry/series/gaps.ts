// Which stretches of a range have no slot of a resolution, so that something finer has to tell. Pure.
import { MINUTE_MS, MINUTES, type Resolution } from './span.ts';

/**
 * The stretches of [from, to) that have no slot of this level, joined where they touch: nothing happened in them, or it is yet
 * to be summed up. Further back than minutes are kept there is nothing finer that could tell.
 */
export function gaps(
  { ms }: Resolution,
  from: number,
  to: number,
  there: ReadonlySet<number>,
  nowMs: number,
): (readonly [from: number, to: number])[] {
  const earliest = Math.floor((nowMs - MINUTES.reachMs) / ms) * ms;
  const end = Math.min(to, nowMs + MINUTE_MS);
  const found: [number, number][] = [];
  for (let at = Math.max(from, earliest); at < end; at += ms) {
    if (there.has(at)) continue;
    const last = found.at(-1);
    if (last?.[1] === at) last[1] = at + ms;
    else found.push([at, at + ms]);
  }
  return found;
}

/** Ranges in order of time, those that are less than `apartMs` apart joined: each is a query, which costs as much as some items. */
export function joined(
  ranges: readonly (readonly [from: number, to: number])[],
  apartMs: number,
): (readonly [from: number, to: number])[] {
  const found: [number, number][] = [];
  for (const [from, to] of ranges) {
    const last = found.at(-1);
    if (last && from - last[1] < apartMs) last[1] = Math.max(last[1], to);
    else found.push([from, to]);
  }
  return found;
}
