// What to know of a gray publication whose access rules are not those of the rest. Pure.
import { isDeepStrictEqual } from 'node:util';
import type { Gray } from '../../../store/items/gray.ts';
import type { FieldError } from '../../api/index.ts';

interface Compared {
  readonly gray: Pick<Gray, 'key' | 'match'>;
  /** What the part is given, and what the rest runs. */
  readonly part: object;
  readonly rest: unknown;
  readonly isJudged: boolean;
}

const SHADOW = 'publish them with mode: shadow first, which counts whom they would refuse';

export function accessWarnings({ gray, part, rest, isJudged }: Compared): FieldError[] {
  if (isDeepStrictEqual(accessOf(part), accessOf(rest))) return [];
  const isChosen = gray.key !== undefined || gray.match !== undefined;
  const reasons = [
    ...(isChosen
      ? ['differs from what the rest runs: callers can choose their side, and so the looser of the two rules']
      : []),
    ...(isJudged
      ? [`differs from what the rest runs: whom it locks out is on no side and is not judged; ${SHADOW}`]
      : []),
  ];
  return reasons.map((reason) => ({ path: '/access', reason }));
}

function accessOf(document: unknown): unknown {
  return typeof document === 'object' && document !== null && 'access' in document ? document.access : undefined;
}
