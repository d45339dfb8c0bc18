// Which samples of a minute are kept: some of each kind, chosen by their request ids, so that whoever chooses again chooses
// the same. Pure.
import { createHash } from 'node:crypto';
import type { Sample } from '../../../store/items/telemetry-detail.ts';

/** Of a service and minute. */
export const MOST_SAMPLES = 200;
/** What each kind may have even when others have many. */
const SHARE = MOST_SAMPLES / 4;
/** In this order they take what others leave. */
const KINDS = ['failed', 'refused', 'slow', 'sampled'] as const;
const LONGEST_TEXT = 300;
const MOST_KEYS = 10;

type Kind = (typeof KINDS)[number];

/** Samples as they are stored: of one service and minute, oldest first. */
export interface SamplesData {
  readonly samples: readonly Sample[];
}

interface Ranked {
  readonly rank: string;
  readonly sample: Sample;
}

export class SampleChoice {
  readonly #kinds: Record<Kind, { readonly kept: Ranked[]; weight: number }> = {
    failed: { kept: [], weight: 0 },
    refused: { kept: [], weight: 0 },
    slow: { kept: [], weight: 0 },
    sampled: { kept: [], weight: 0 },
  };

  /** Adds what an instance put; what is no sample is passed over. */
  add(samples: unknown): void {
    if (!Array.isArray(samples)) return;
    for (const sample of samples as readonly unknown[]) {
      if (!isSample(sample)) continue;
      const { [sample.why]: kind } = this.#kinds;
      kind.weight += sample.weight;
      kind.kept.push({ rank: rankOf(sample), sample: knownOf(sample) });
      if (kind.kept.length >= 2 * MOST_SAMPLES) kind.kept.splice(0, Infinity, ...lowest(kind.kept, MOST_SAMPLES));
    }
  }

  /** Those kept stand for those that are not: the weights of a kind add up to what they were. */
  chosen(): Sample[] {
    const shares = sharesOf(KINDS.map((kind) => this.#kinds[kind].kept.length));
    return KINDS.flatMap((name, i) => {
      const { kept, weight } = this.#kinds[name];
      const chosen = lowest(kept, shares[i] ?? 0);
      const chosenWeight = chosen.reduce((sum, { sample }) => sum + sample.weight, 0);
      const factor = chosenWeight > 0 ? weight / chosenWeight : 1;
      return chosen.map(({ sample }) =>
        factor === 1 ? sample : { ...sample, weight: rounded(sample.weight * factor) },
      );
    }).sort((a, b) => a.at - b.at || (a.requestId < b.requestId ? -1 : 1));
  }
}

/** How many of each kind, in the order of the kinds: its share first, then what is left over. */
function sharesOf(counts: readonly number[]): number[] {
  const shares = counts.map((count) => Math.min(count, SHARE));
  let left = MOST_SAMPLES - shares.reduce((sum, share) => sum + share, 0);
  return shares.map((share, i) => {
    const more = Math.min(left, (counts[i] ?? 0) - share);
    left -= more;
    return share + more;
  });
}

function lowest(ranked: readonly Ranked[], most: number): Ranked[] {
  return ranked.toSorted((a, b) => (a.rank < b.rank ? -1 : 1)).slice(0, most);
}

/** As good as chance, and the same for everyone. Records of one batch have one request id. */
function rankOf({ requestId, resource, at, ms }: Sample): string {
  return createHash('sha256').update(`${requestId}|${resource}|${at}|${ms}`).digest('base64');
}

const rounded = (weight: number) => Number(weight.toPrecision(6));

function isSample(value: unknown): value is Sample {
  if (typeof value !== 'object' || value === null) return false;
  const { at, requestId, why, weight, resource, source, outcome, ms, waitedMs, by, error, traceId, keys } =
    value as Partial<Sample>;
  return (
    KINDS.some((kind) => kind === why) &&
    [at, weight, ms].every(isCount) &&
    (waitedMs === undefined || isCount(waitedMs)) &&
    [requestId, resource, source, outcome].every(isText) &&
    [by, error, traceId].every((text) => text === undefined || isText(text)) &&
    (keys === undefined || areKeys(keys))
  );
}

function areKeys(keys: unknown): boolean {
  if (typeof keys !== 'object' || keys === null) return false;
  const entries = Object.entries(keys);
  return entries.length <= MOST_KEYS && entries.flat().every(isText);
}

/** What else there may be in it is no part of it. */
function knownOf({ at, requestId, why, weight, resource, source, outcome, ms, ...rest }: Sample): Sample {
  const { waitedMs, by, error, traceId, keys } = rest;
  return {
    ...{ at, requestId, why, weight, resource, source, outcome, ms },
    ...(waitedMs === undefined ? {} : { waitedMs }),
    ...(by === undefined ? {} : { by }),
    ...(error === undefined ? {} : { error }),
    ...(traceId === undefined ? {} : { traceId }),
    ...(keys === undefined ? {} : { keys }),
  };
}

const isText = (value: unknown) => typeof value === 'string' && value.length <= LONGEST_TEXT;
const isCount = (value: unknown) => typeof value === 'number' && Number.isFinite(value) && value >= 0;
