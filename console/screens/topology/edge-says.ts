// What an edge's label says: its rate, what failed or was refused of it, and its p95; how large that is.
import { percentOf, rateOf } from '../../parts/number.ts';
import { durationOf } from '../../parts/time.tsx';
import type { Tell } from '../../text/language.ts';
import type { DrawnEdge } from './graph.ts';
import { LABEL, type Form } from './labels.ts';
import { widthOf } from './measure.ts';
import { isOfCaller } from './refusals.ts';
import type { MapTextKey } from './texts.ts';

/** A label's text, line by line: shares of what went wrong above its figures. */
export interface Said {
  readonly shares: readonly string[];
  readonly figures: readonly string[];
}

/** Room for the shape that stands before the first share. */
export const SHAPE_PX = 13;
export const FONT = { share: 600, figures: 400, size: 11 } as const;

/** The forms it may take: figures beside each other, or where that has no room below each other. */
export function saidOf(t: Tell<MapTextKey>, of: DrawnEdge): readonly Said[] {
  const { ratePerSecond, errorShare, refusedShare, edge } = of;
  const shares = [
    ...(errorShare > 0 ? [t('failedShort', { share: percentOf(errorShare) })] : []),
    ...(refusedShare > 0
      ? [t(edge && isOfCaller(edge) ? 'uncalledShort' : 'refusedShort', { share: percentOf(refusedShare) })]
      : []),
  ];
  const figures = [
    ...(ratePerSecond === null ? [] : [rateOf(ratePerSecond)]),
    ...(edge?.durationMs ? [durationOf(edge.durationMs.p95)] : []),
  ];
  return [
    { shares, figures: [figures.join(' · ')] },
    { shares, figures },
  ];
}

export function formOf({ shares, figures }: Said): Form {
  const widths = [
    ...shares.map((share, i) => widthOf(share, FONT.share, FONT.size) + (i === 0 ? SHAPE_PX : 0)),
    ...figures.map((figure) => widthOf(figure, FONT.figures, FONT.size)),
  ];
  return {
    width: Math.ceil(Math.max(...widths)) + 2 * LABEL.asidePx,
    height: (shares.length + figures.length) * LABEL.linePx + 3,
  };
}
