// What the rules together would have refused, and where a draft is clearly worse than what is in force. Pure.
import { exactly, minus, NONE, rangeOf, type Range } from './range.ts';
import type { RuleReplayed } from './replay.ts';

/** Of what a rule was asked about. */
const WORSE_SHARE = 0.01;

export interface Worse {
  readonly path: string;
  readonly reason: string;
  /** Even the least that is possible is worse. */
  readonly certain: boolean;
}

export interface Summary {
  readonly seen: number;
  readonly now: Range | null;
  readonly draft: Range | null;
  readonly difference: Range | null;
  readonly worse: readonly Worse[];
  /** Rules that may be worse, and may not: an even spread would not be, bursts would, or nothing is known. */
  readonly unclear: readonly Unclear[];
}

export type Unclear = Omit<Worse, 'certain'>;

const INBOUND = new Set(['throttle', 'concurrency', 'shedding']);

/** `seen` is all requests; `counted` what was refused of them by rules that were in force all the time. */
export function summaryOf(rules: readonly RuleReplayed[], seen: number, steady: boolean): Summary {
  const inbound = rules.filter(({ kind }) => INBOUND.has(kind));
  const draft = together(inbound, 'draft', seen);
  const counts = inbound.map(({ now }) => (now?.shadow ? 0 : (now?.refused?.low ?? 0)));
  const isCounted =
    steady && inbound.every(({ now }) => now === undefined || now.measured || now.shadow || now.refused?.high === 0);
  const now = isCounted ? exactly(counts.reduce((sum, count) => sum + count, 0)) : together(inbound, 'now', seen);
  const isSame = inbound.every(({ change }) => change === 'same');
  const difference = isSame ? NONE : now && draft && minus(draft, now);
  const worse = rules.flatMap(worseOf);
  const all =
    worse.length > 0 || !difference ? [] : share('', 'all rules together refuse', difference, seen, 'requests');
  return {
    seen,
    now,
    draft: isSame && now ? now : draft,
    difference,
    worse: [...worse, ...all],
    unclear: rules.flatMap(unclearOf),
  };
}

function unclearOf({ path, seen, of, difference, change }: RuleReplayed): Unclear[] {
  if (change === 'same' || seen === 0) return [];
  return [difference.refused, difference.exceeded].flatMap((range) => {
    if (range === null) return [{ path, reason: `what it does to ${seen} ${of} cannot be said` }];
    if (range === undefined || isWorse(range, seen) || range.high <= WORSE_SHARE * seen) return [];
    return [{ path, reason: `up to ${percent(range.high, seen)} more of ${seen} ${of}, if the worst is the case` }];
  });
}

const isWorse = ({ low, estimate }: Range, seen: number) => (estimate ?? low) > WORSE_SHARE * seen;
const percent = (count: number, seen: number) => `${Number(((100 * Math.max(0, count)) / seen).toPrecision(2))} %`;

/** A request is refused once: at least by the rule that refuses most, at most by all of them. */
function together(rules: readonly RuleReplayed[], side: 'now' | 'draft', seen: number): Range | null {
  const refusing = rules.filter((rule) => rule[side] !== undefined && !rule[side]?.shadow);
  const ranges = refusing.flatMap((rule) => (rule[side]?.refused ? [rule[side].refused] : []));
  if (ranges.length < refusing.length) return null;
  const sum = (part: (range: Range) => number) => ranges.reduce((total, range) => total + part(range), 0);
  const isApart = areApart(refusing.map(({ resources }) => resources));
  const low = isApart ? sum((range) => range.low) : Math.max(0, ...ranges.map((range) => range.low));
  const estimate = ranges.some((range) => range.estimate === null) ? null : sum((range) => range.estimate ?? 0);
  return rangeOf(
    low,
    estimate,
    Math.min(
      seen,
      sum((range) => range.high),
    ),
  );
}

function areApart(sets: readonly ReadonlySet<string>[]): boolean {
  const met = new Set<string>();
  return sets.every((names) => [...names].every((name) => !met.has(name) && met.add(name)));
}

function worseOf({ path, kind, seen, of, difference, change }: RuleReplayed): Worse[] {
  if (change === 'same' || seen === 0) return [];
  const { refused, exceeded } = difference;
  return [
    ...(refused ? share(path, kind === 'breaker' ? 'refuses, while it is open,' : 'refuses', refused, seen, of) : []),
    ...(exceeded ? share(path, 'cuts short', exceeded, seen, of) : []),
  ];
}

function share(path: string, what: string, range: Range, seen: number, of: string): Worse[] {
  if (seen === 0 || !isWorse(range, seen)) return [];
  const { low, estimate, high } = range;
  const about = percent(estimate ?? low, seen);
  const reason = `${what} about ${about} more of ${seen} ${of} (${percent(low, seen)} to ${percent(high, seen)})`;
  return [{ path, reason, certain: low > WORSE_SHARE * seen }];
}
