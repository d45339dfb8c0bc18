// How what is chosen fared in the hour: the share that went wrong of each five minutes, and since when it has. Pure.
import { MARKED } from '../../parts/fares.ts';
import type { Arrow } from './layers.ts';

/** What GET /v1/telemetry/series answers, as far as it is read here. */
export interface PastSeries {
  readonly points: readonly {
    readonly at: string;
    /** It may still grow. */
    readonly partial?: true;
    readonly count: number;
    readonly outcomes: Readonly<Record<string, number>>;
  }[];
}

export interface Moment {
  /** Epoch ms. */
  readonly at: number;
  /** Null when nothing was called. */
  readonly failed: number | null;
  readonly refused: number | null;
}

const isFailure = (outcome: string): boolean => /^(connect|timeout|error|5\d\d|5xx)$/.test(outcome);

export const momentsOf = ({ points }: PastSeries): readonly Moment[] =>
  points
    .filter(({ partial }) => partial === undefined)
    .map(({ at, count, outcomes }) => {
      const failed = Object.entries(outcomes).reduce((sum, [name, n]) => sum + (isFailure(name) ? n : 0), 0);
      const share = (n: number) => (count === 0 ? null : n / count);
      return { at: Date.parse(at), failed: share(failed), refused: share(outcomes['refused'] ?? 0) };
    });

/** When what is wrong at the end began, and whether that is the first moment that was looked at; undefined when nothing is. */
export function wrongSince(moments: readonly Moment[]): { readonly at: number; readonly earlier: boolean } | undefined {
  const counted = moments.filter(({ failed }) => failed !== null);
  const isWell = ({ failed, refused }: Moment) => Math.max(failed ?? 0, refused ?? 0) < MARKED.warn;
  const first = counted[counted.findLastIndex(isWell) + 1];
  return first && { at: first.at, earlier: first === counted[0] && counted.length > 1 };
}

/** Whose count tells of it: of a service itself, of an edge its caller's, else its callee's. */
export function subjectOf(
  chosen: { readonly node: string } | { readonly edge: Arrow; readonly dependencies: readonly string[] },
): Readonly<Record<string, string>> | undefined {
  const named = (id: string) => (id.startsWith('service:') ? id.slice('service:'.length) : undefined);
  if ('node' in chosen) {
    const service = named(chosen.node);
    return service === undefined ? undefined : { service };
  }
  const { edge, dependencies } = chosen;
  const [caller, callee, [dependency, another]] = [named(edge.from), named(edge.to), dependencies];
  if (caller !== undefined && dependency !== undefined && another === undefined) return { service: caller, dependency };
  return callee === undefined ? undefined : { service: callee, source: edge.from === 'internet' ? 'http' : edge.from };
}
