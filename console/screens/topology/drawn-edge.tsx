// An edge of the map: wider the more goes over it, dashed the worse it fares, with its figures where there is room.
import { percentOf, rateOf } from '../../parts/number.ts';
import { Shape } from '../../parts/state.tsx';
import { durationOf } from '../../parts/time.tsx';
import { useTexts } from '../../text/language.ts';
import type { Box } from './boxes.ts';
import { shortened } from './figures.ts';
import { isUnwell, type DrawnEdge } from './graph.ts';
import { LABEL } from './labels.ts';
import { widthOf } from './measure.ts';
import { pathOf, type Route } from './routes.ts';
import { mapTexts } from './texts.ts';

interface EdgeLineProps {
  edge: DrawnEdge;
  route: Route | undefined;
  faint: boolean;
  chosen: boolean;
  onChoose: () => void;
}

export function EdgeLine({ edge, route, faint, chosen, onChoose }: EdgeLineProps) {
  if (!route) return null;
  const d = pathOf(route);
  const perMinute = (edge.ratePerSecond ?? 0) * 60;
  const width = 1.2 + Math.min(2.6, Math.log10(1 + perMinute) * 0.9);
  return (
    <g
      class={`edge ${edge.fares} ${faint ? 'faint' : ''} ${chosen ? 'chosen' : ''}`}
      aria-hidden="true"
      onClick={onChoose}
    >
      <path class="reach" d={d} />
      <path class="line" d={d} stroke-width={width.toFixed(1)} marker-end={`url(#arrow-${edge.fares})`} />
    </g>
  );
}

/** `4.4/s · 53 ms`, and above it what failed, with its shape. */
export function LabelBox({ edge, box }: { edge: DrawnEdge; box: Box }) {
  const t = useTexts(mapTexts);
  const { fares, ratePerSecond, errorShare, refusedShare } = edge;
  const rate = ratePerSecond === null ? '' : rateOf(ratePerSecond);
  const share =
    errorShare >= refusedShare
      ? t('failedShort', { share: percentOf(errorShare) })
      : t('refusedShort', { share: percentOf(refusedShare) });
  const p95 = edge.edge?.durationMs?.p95;
  const figures = p95 === undefined ? rate : `${rate} · ${durationOf(p95)}`;
  const unwell = isUnwell(edge);
  return (
    <g class={`label ${fares}`} aria-hidden="true" transform={`translate(${box.x.toFixed(1)} ${box.y.toFixed(1)})`}>
      <rect width={box.width} height={box.height} rx={4} />
      {unwell ? (
        <>
          <svg x={6} y={4} width={9} height={9}>
            <Shape kind={fares} />
          </svg>
          <text class="share" x={19} y={12}>
            {within(share, box.width - 22)}
          </text>
        </>
      ) : null}
      <text x={box.width / 2} y={unwell ? 12 + LABEL.linePx : 12} text-anchor="middle">
        {within(figures, box.width - 4)}
      </text>
    </g>
  );
}

const within = (text: string, px: number) => shortened(text, (one) => widthOf(one, 400, 11) <= px);
