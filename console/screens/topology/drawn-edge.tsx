// An edge of the map: wider the more goes over it, dashed the worse it fares, with its figures where there is room.
import { Shape } from '../../parts/state.tsx';
import type { Box } from './boxes.ts';
import { SHAPE_PX, type Said } from './edge-says.ts';
import type { Fares } from './figures.ts';
import type { DrawnEdge } from './graph.ts';
import { LABEL } from './labels.ts';
import { pathOf, type Route } from './routes.ts';

interface EdgeLineProps {
  edge: DrawnEdge;
  /** Undefined when nothing went over it. */
  says: Said | undefined;
  route: Route | undefined;
  faint: boolean;
  chosen: boolean;
  onChoose: () => void;
}

export function EdgeLine({ edge, says, route, faint, chosen, onChoose }: EdgeLineProps) {
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
      {says ? <title>{[...says.shares, ...says.figures].join(' · ')}</title> : null}
      <path class="reach" d={d} />
      <path class="line" d={d} stroke-width={width.toFixed(1)} marker-end={`url(#arrow-${edge.fares})`} />
    </g>
  );
}

/** `4.4/s · 53 ms`, and above it what failed or was refused, with its shape. */
export function LabelBox({ fares, box, said: { shares, figures } }: { fares: Fares; box: Box; said: Said }) {
  return (
    <g class={`label ${fares}`} aria-hidden="true" transform={`translate(${box.x.toFixed(1)} ${box.y.toFixed(1)})`}>
      <rect width={box.width} height={box.height} rx={4} />
      {shares.length > 0 ? (
        <svg x={LABEL.asidePx} y={4} width={9} height={9}>
          <Shape kind={fares} />
        </svg>
      ) : null}
      {[...shares, ...figures].map((text, i) => (
        <text
          key={text}
          class={i < shares.length ? 'share' : ''}
          x={(box.width + (i === 0 && shares.length > 0 ? SHAPE_PX : 0)) / 2}
          y={12 + i * LABEL.linePx}
          text-anchor="middle"
        >
          {text}
        </text>
      ))}
    </g>
  );
}
