// How many requests a limit must have refused, and can have refused, when of each minute only their number is known. Pure.
//
// An instance's minute begins when its first request finds the last one over, so what is counted under a minute happened
// in it or in the one after it: the requests of minute m lie anywhere in [m, m + 2).

/** What a limit lets through: a bucket of `burst`, filled by `aMinute`. */
export interface Allowance {
  readonly burst: number;
  readonly aMinute: number;
  /** Minutes after its first refusal in which a window lets nothing through; 0 for a bucket. */
  readonly idleMinutes: number;
  /** Of a window of the clock: it lets through `burst` in each. */
  readonly windowMs?: number;
}

/** A minute's requests may all come at an instant, and with them those of the one before and the one after it. */
const TOGETHER = 3;
/** Buckets count in whole µs, rounded so that they fill a little more slowly than they say. */
const ROUNDED = 0.999;

/**
 * The fewest that can have been refused: whatever comes is spread as the limit likes it best, within what is known of its
 * time. Serving as much as there is room for, as early as it may, serves most.
 */
export function fewestRefused(counts: readonly number[], { burst, aMinute }: Allowance): number {
  let [left, waiting, refused] = [burst, 0, 0];
  for (let i = 0; i <= counts.length; i++) {
    const fresh = counts[i] ?? 0;
    const room = left + aMinute;
    const served = Math.min(room, waiting + fresh);
    // Those of the minute before cannot come any later than this.
    refused += Math.max(0, waiting - served);
    waiting = Math.min(fresh, waiting + fresh - served);
    left = Math.min(burst, room - served);
  }
  return refused;
}

/**
 * The most that can have been refused. From a full bucket to its last refusal a limit lets `burst` through and what flows
 * in meanwhile; so what it refuses is at most the sum of what, in some stretches apart from each other, exceeds that. The
 * stretches are chosen for the worst, each as short as its minutes allow. How full it was at the beginning is not known: a
 * stretch that begins there has nothing but what flows in. So some minutes before are looked at as well, the `lead`.
 */
export function mostRefused(counts: readonly number[], allowance: Allowance, lead: readonly number[] = []): number {
  const { burst, aMinute, idleMinutes } = allowance;
  const total = counts.reduce((sum, count) => sum + count, 0);
  // A window that may have been used up before, and lasts to the end.
  if (idleMinutes >= lead.length + counts.length) return total;
  const free = TOGETHER + Math.ceil(idleMinutes);
  const flow = Math.floor(aMinute * ROUNDED);
  /** Of the best choice whose last stretch has had so many minutes, from 1. */
  let open = new Array<number>(free).fill(-Infinity);
  let [closed, sum] = [0, 0];
  [...lead, ...counts].forEach((count, i) => {
    const begun = closed + count - burst;
    open = open.map((value, at) => {
      const longer = at === 0 ? begun : (open[at - 1] ?? -Infinity) + count;
      return at === free - 1 ? Math.max(longer, value + count - flow) : longer;
    });
    sum += count;
    const fromTheStart = sum - flow * Math.max(0, i - idleMinutes);
    // What ends before the record begins is no part of it.
    if (i >= lead.length) closed = Math.max(closed, fromTheStart, ...open);
  });
  return Math.min(total, closed);
}

/** Requests that keep to a limit of their own, whatever their time: no more than `burst` at once and `perMs` on top. */
export interface Curve {
  readonly burst: number;
  readonly perMs: number;
  /** How many do not keep to it. */
  readonly beside: number;
}

/**
 * The most that can have been refused of requests that keep to a curve. In a stretch of which x come, they take at least
 * (x - burst) / perMs; what exceeds the limit's allowance for that is the largest share of x at one of the two ends.
 */
export function mostRefusedOf(total: number, allowance: Allowance, curve: Curve): number {
  const share = largestShare(allowance, curve);
  const beside = Math.min(total, curve.beside);
  return share === 0 ? beside : Math.min(total, beside + share * (total - beside) + allowance.burst);
}

function largestShare({ burst, aMinute, idleMinutes, windowMs }: Allowance, curve: Curve): number {
  if (windowMs !== undefined) return Math.max(0, 1 - burst / (curve.burst + curve.perMs * windowMs));
  if (idleMinutes > 0) return 1;
  const perMs = (aMinute * ROUNDED) / 60_000;
  const atOnce = burst / Math.max(1, curve.burst);
  const inTheLongRun = curve.perMs > 0 ? perMs / curve.perMs : 1;
  return Math.max(0, 1 - Math.min(atOnce, inTheLongRun));
}
