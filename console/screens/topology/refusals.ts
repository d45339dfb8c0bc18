// Who refused: the callee what came to it, or its caller's own rules the call, so that nothing ever came. Pure.
import type { MapEdge } from './answers.ts';

export interface Refusals {
  /** Shares of all calls. */
  readonly refused: number;
  readonly uncalled: number;
}

/** Where the caller tells of an edge the figures are its own, and what it calls refused was refused before it was sent. */
export const isOfCaller = ({ reportedBy }: Pick<MapEdge, 'reportedBy'>): boolean => reportedBy !== 'callee';

export function refusalsOf(edges: readonly (MapEdge | undefined)[]): Refusals {
  let [count, refused, uncalled] = [0, 0, 0];
  for (const edge of edges) {
    if (edge === undefined) continue;
    const these = edge.count * (edge.refusedShare ?? 0);
    count += edge.count;
    if (isOfCaller(edge)) uncalled += these;
    else refused += these;
  }
  return count === 0 ? { refused, uncalled } : { refused: refused / count, uncalled: uncalled / count };
}
