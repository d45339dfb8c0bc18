// Whether the part of a fleet that was given other rules does worse than the rest, by more than chance explains. Pure.
import { outcomeTest, type Outcome } from '../../../middleware/kernel/outcome.ts';
import type { SideCounts } from '../../../store/items/gray-sides.ts';

/** By how much the part may do worse than the rest; what is left out is not looked at. */
export interface Margins {
  /** Of what was let in, as a share: 0.02 is two percentage points. */
  readonly errors?: number;
  /** Of all requests, as a share. */
  readonly refusals?: number;
  /** Of the rest's 99th percentile: 0.2 is a fifth longer. */
  readonly p99?: number;
  /** Fewer of either side say nothing. */
  readonly minimumSample: number;
}

export type Verdict = 'better-or-equal' | 'worse' | 'not enough traffic';

export interface Judgement {
  readonly verdict: Verdict;
  /** What is worse, or what there is too little of; empty otherwise. */
  readonly reason: string;
}

/** What one side has come to. */
export interface Figures {
  readonly requests: number;
  readonly refused: number;
  readonly failed: number;
  /** By bucket, ascending; a bucket is a sixteenth of a doubling wide. */
  readonly durations: readonly (readonly [bucket: number, count: number])[];
}

export const NOTHING: Figures = { requests: 0, refused: 0, failed: 0, durations: [] };

/** As an SLO has it: what a caller did wrong, or the business refused, was answered as it should be. */
const isFailure = outcomeTest(['connect', 'timeout', 'error', '5xx']);

export function figuresOf({ outcomes, durations }: SideCounts): Figures {
  let [requests, failed] = [0, 0];
  for (const [outcome, count] of Object.entries(outcomes)) {
    requests += count;
    if (isFailure(outcome as Outcome)) failed += count;
  }
  return { requests, refused: outcomes['refused'] ?? 0, failed, durations };
}

export const plus = (a: Figures, b: Figures): Figures => combined(a, b, 1);

/** Never less than nothing: what was merged while somebody still put may not add up. */
export const minus = (a: Figures, b: Figures): Figures => combined(a, b, -1);

function combined(a: Figures, b: Figures, sign: 1 | -1): Figures {
  const sum = (x: number, y: number) => Math.max(0, x + sign * y);
  const buckets = new Map(a.durations);
  for (const [bucket, count] of b.durations) buckets.set(bucket, sum(buckets.get(bucket) ?? 0, count));
  return {
    requests: sum(a.requests, b.requests),
    refused: sum(a.refused, b.refused),
    failed: sum(a.failed, b.failed),
    durations: [...buckets].filter(([, count]) => count > 0).sort(([x], [y]) => x - y),
  };
}

interface Share {
  readonly of: number;
  readonly among: number;
}

interface Measure {
  readonly name: string;
  readonly part: Share;
  readonly rest: Share;
  readonly margin: number;
}

export function judge(part: Figures, rest: Figures, margins: Margins): Judgement {
  const { minimumSample } = margins;
  const measures = measuresOf(part, rest, margins);
  const judged = measures.filter((one) => one.part.among >= minimumSample && one.rest.among >= minimumSample);
  const worse = judged.filter(
    ({ part, rest, margin }) => leastDifference(part, rest) > margin && !mayBeChance(part, rest),
  );
  if (worse.length > 0) return { verdict: 'worse', reason: worse.map(said).join('; ') };
  const lacking = measures.filter((one) => !judged.includes(one));
  if (lacking.length === 0) return { verdict: 'better-or-equal', reason: '' };
  const counts = lacking.map(({ name, part, rest }) => `${name}: ${part.among}, of the rest ${rest.among}`);
  return {
    verdict: 'not enough traffic',
    reason: `fewer than ${minimumSample} requests in the part or in the rest (${counts.join('; ')})`,
  };
}

function measuresOf(part: Figures, rest: Figures, { errors, refusals, p99 }: Margins): Measure[] {
  const failed = (side: Figures) => ({ of: side.failed, among: side.requests - side.refused });
  const refused = (side: Figures) => ({ of: side.refused, among: side.requests });
  const slow = p99 === undefined ? undefined : slowShares(part, rest, p99);
  return [
    ...(errors === undefined ? [] : [{ name: 'errors', part: failed(part), rest: failed(rest), margin: errors }]),
    ...(refusals === undefined
      ? []
      : [{ name: 'refusals', part: refused(part), rest: refused(rest), margin: refusals }]),
    ...(slow ? [{ name: `p99 +${percent(p99 ?? 0)}`, ...slow, margin: 0 }] : []),
  ];
}

/** Buckets per doubling. */
const PER_DOUBLING = 16;

/**
 * A percentile is longer by the margin when more than one in a hundred take longer than it with the margin: how many of
 * the part do is compared with how many of the rest take longer than it itself.
 */
function slowShares(part: Figures, rest: Figures, margin: number): Pick<Measure, 'part' | 'rest'> {
  const bucket = bucketAt(rest, 0.99) ?? 0;
  const beyond = bucket + Math.ceil(Math.log2(1 + margin) * PER_DOUBLING);
  return {
    part: { of: countAbove(part, beyond), among: timed(part) },
    rest: { of: countAbove(rest, bucket), among: timed(rest) },
  };
}

const timed = ({ durations }: Figures) => durations.reduce((sum, [, count]) => sum + count, 0);

function countAbove({ durations }: Figures, limit: number): number {
  return durations.reduce((sum, [bucket, count]) => (bucket > limit ? sum + count : sum), 0);
}

function bucketAt(side: Figures, quantile: number): number | undefined {
  const rank = Math.ceil(quantile * timed(side));
  let seen = 0;
  for (const [bucket, count] of side.durations) {
    seen += count;
    if (seen >= rank) return bucket;
  }
  return undefined;
}

/** In ms, within two percent; undefined when nothing was timed. */
export function p99Of(side: Figures): number | undefined {
  const bucket = bucketAt(side, 0.99);
  return bucket === undefined ? undefined : 2 ** ((bucket + 0.5) / PER_DOUBLING);
}

/**
 * One look of two thousand is wrong by chance: a publication is looked at once a minute for as long as it bakes, and all
 * these looks together are to be wrong in less than one of a hundred publications.
 */
const Z = 3.3;

/**
 * The least by which the first share is larger than the second, as far as chance goes: Newcombe's interval of a difference
 * (his method 10), which unlike the textbook's holds for rare errors and small samples too.
 */
function leastDifference(first: Share, second: Share): number {
  const [p, low] = wilson(first, -1);
  const [q, high] = wilson(second, 1);
  return p - q - Math.hypot(p - low, high - q);
}

/** So few are too coarse for intervals. */
const FEW = 30;
/** Beyond `Z`, one-sided. */
const UNLIKELY = 0.0005;

/**
 * Whether so few of the first may well be the same as of the second: had each of all of them fallen on either side as
 * requests do, how likely would so many fall on the first (the exact conditional test).
 */
function mayBeChance(first: Share, second: Share): boolean {
  if (first.of >= FEW) return false;
  const all = first.of + second.of;
  const share = first.among / (first.among + second.among);
  let fewer = 0;
  let exactly = Math.exp(all * Math.log1p(-share));
  for (let i = 0; i < first.of; i++) {
    fewer += exactly;
    exactly *= (((all - i) / (i + 1)) * share) / (1 - share);
  }
  return 1 - fewer > UNLIKELY;
}

/** A share, and an end of Wilson's interval for it. */
function wilson({ of, among }: Share, side: 1 | -1): readonly [share: number, end: number] {
  const share = of / among;
  const middle = share + Z ** 2 / (2 * among);
  const half = Z * Math.sqrt((share * (1 - share)) / among + Z ** 2 / (4 * among ** 2));
  return [share, (middle + side * half) / (1 + Z ** 2 / among)];
}

function said({ name, part, rest, margin }: Measure): string {
  const shown = ({ of, among }: Share) => `${percent(of / among)} of ${among}`;
  const allowed = margin > 0 ? `, where ${percent(margin)} more are allowed` : '';
  return `${name}: ${shown(part)}, of the rest ${shown(rest)}${allowed}`;
}

const percent = (share: number) => `${Number((share * 100).toFixed(2))}%`;
