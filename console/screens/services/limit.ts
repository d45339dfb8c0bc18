// A limit that is drawn over traffic: what it would have refused, how it is written, how it moves. Pure.
export interface Refused {
  /** Of all requests of the stretch, at the least: requests that came at once within a step are not seen. */
  readonly share: number;
  readonly count: number;
  readonly of: number;
}

/** `demand` is per second, null where it is not known. */
export function refusedAbove(demand: readonly (number | null)[], stepMs: number, perSecond: number): Refused {
  let of = 0;
  let count = 0;
  for (const rate of demand) {
    if (rate === null) continue;
    of += (rate * stepMs) / 1_000;
    count += (Math.max(0, rate - perSecond) * stepMs) / 1_000;
  }
  return { share: of === 0 ? 0 : count / of, count, of };
}

/** Per second, with as many digits as rules take: below ten a second by the minute. */
export function roundedRate(perSecond: number): number {
  if (perSecond >= 10) return Math.round(perSecond);
  return Math.max(1, Math.round(perSecond * 60)) / 60;
}

/** `120/s`, or `90/min`, as rules have it. */
export function rateText(perSecond: number): string {
  const rounded = roundedRate(perSecond);
  return rounded >= 10 || (rounded >= 1 && Number.isInteger(rounded))
    ? `${String(Math.round(rounded))}/s`
    : `${String(Math.round(rounded * 60))}/min`;
}

/** So many steps on, of a hundredth of the axis each, or of the least that can be written: a key never moves it by nothing. */
export function movedBy(steps: number, perSecond: number, top: number): number {
  const least = perSecond >= 10 ? 1 : 1 / 60;
  return roundedRate(Math.max(0, perSecond + steps * Math.max(least, top / 100)));
}

/** Where a limit begins to be drawn: what all but one in twenty moments stayed below. */
export function firstLimit(demand: readonly (number | null)[]): number {
  const known = demand.filter((rate) => rate !== null && rate > 0).sort((a, b) => Number(a) - Number(b));
  return roundedRate(known[Math.floor(known.length * 0.95)] ?? known.at(-1) ?? 10);
}

/** A name that no throttle has: `create-order-at-most`, `create-order-at-most-2`. */
export function freeName(resource: string, taken: readonly string[]): string {
  const base = `${resource === '' ? 'all' : resource.slice(0, 48)}-at-most`;
  for (let i = 1; ; i += 1) {
    const name = i === 1 ? base : `${base}-${String(i)}`;
    if (!taken.includes(name)) return name;
  }
}
