// What a request for samples asks for, read and bounded.
import type { Sample } from '../../../store/items/telemetry-detail.ts';
import { badRequest } from '../../api/index.ts';
import { rangeOf, serviceOf } from '../series/query.ts';
import { DAY_MS } from '../series/span.ts';

export interface SamplesQuery {
  readonly service: string;
  /** Epoch ms; `to` is exclusive. */
  readonly from: number;
  readonly to: number;
  readonly fits: (sample: Sample) => boolean;
}

const KINDS: readonly Sample['why'][] = ['slow', 'failed', 'refused', 'sampled'];
const LONGEST_TEXT = 300;

/** @throws {Problem} 400 saying which parameter is wrong, and what it takes. */
export function samplesQueryOf(query: URLSearchParams, nowMs: number): SamplesQuery {
  const service = serviceOf(query);
  const { from, to } = rangeOf(query, nowMs);
  if (to - from > DAY_MS) throw badRequest('from and to may lie 24 hours apart at most: samples are kept no longer.');
  const why = query.get('why');
  if (why !== null && !KINDS.some((kind) => kind === why)) throw badRequest(`why is one of ${KINDS.join(', ')}.`);
  const wanted = (['why', 'resource', 'outcome', 'error'] as const).flatMap((field) => {
    const text = query.get(field);
    if (text === null) return [];
    if (text.length > LONGEST_TEXT) throw badRequest(`${field} is at most ${LONGEST_TEXT} characters long.`);
    return [[field, text] as const];
  });
  return { service, from, to, fits: (sample) => wanted.every(([field, text]) => sample[field] === text) };
}
