// A chart over time: lines, stacks, bars, limits, bands and heat maps; by pointer, by keyboard and as a table.
import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { useLanguage, useTexts } from '../text/language.ts';
import { coloursAt, useThemeChanges } from './chart/colours.ts';
import type { ChartBand, ChartHeat, ChartLimit, ChartLine } from './chart/data.ts';
import { lastKnown } from './chart/last-known.ts';
import type { Drawing, Plot, PlotFrame, Watcher } from './chart/plot.ts';
import { chartTexts } from './chart/texts.ts';
import { Legend, ValueTable } from './chart/values.tsx';
import { dateTimeOf } from './time.tsx';

export type { ChartBand, ChartHeat, ChartLimit, ChartLine, Token } from './chart/data.ts';
export type { PlotFrame } from './chart/plot.ts';

interface ChartProps {
  /** What is shown, for who does not see it: `Requests of create-order`. */
  label: string;
  /** ms since the epoch, rising; each line has a value for each. */
  at: readonly number[];
  lines: readonly ChartLine[];
  format: (value: number) => string;
  limits?: readonly ChartLimit[];
  band?: ChartBand | undefined;
  heat?: ChartHeat | undefined;
  /** Each line on top of those before it. */
  isStacked?: boolean;
  /** A logarithmic axis, for durations of all sizes. */
  isLog?: boolean;
  /** What the time axis spans, ms; all moments when left out. */
  from?: number;
  to?: number;
  /** The axis reaches at least this far. */
  top?: number;
  /** px; what the chart takes from the first moment on. */
  height?: number;
  /** A part of the time axis was dragged over. */
  onRange?: (from: number, to: number) => void;
  /** What stands over the chart, e.g. a line to drag. */
  children?: (frame: PlotFrame) => ComponentChildren;
}

const NONE: readonly never[] = [];
/** uPlot weighs more than a screen: whoever sees no chart does not load it. */
const loading = () => import('./chart/plot.ts');

export function Chart(props: ChartProps) {
  const { label, at, lines, format, limits = NONE, band, height = 220, children } = props;
  const t = useTexts(chartTexts);
  useLanguage();
  const [index, setIndex] = useState<number>();
  const [frame, setFrame] = useState<PlotFrame>();
  const { host, point, failed } = usePlot(drawingOf(props), height, {
    onCursor: setIndex,
    onFrame: (next) => setFrame((was) => (was && JSON.stringify(was) === JSON.stringify(next) ? was : next)),
    onRange: props.onRange,
  });
  const shown = index ?? lastKnown(lines.map(({ values }) => values), at.length); // prettier-ignore
  const moment = at[shown];
  const move = (to: number) => point(Math.max(0, Math.min(at.length - 1, to)));
  const spoken = lines.map(({ title, values }) => {
    const value = values[shown] ?? null;
    return `${title} ${value === null ? t('unknown') : format(value)}`;
  });
  return (
    <div class="chart">
      {failed ? <p class="quiet">{t('failed')}</p> : null}
      <div class="chart-plot" style={{ height: `${String(height)}px` }}>
        <div ref={host} aria-hidden="true" />
        {frame && children ? children(frame) : null}
        {at.length === 0 ? <p class="chart-none quiet">{t('none')}</p> : null}
      </div>
      <div
        class="chart-moment"
        role="slider"
        tabIndex={at.length === 0 ? -1 : 0}
        aria-label={t('moment', { label })}
        aria-valuemin={0}
        aria-valuemax={Math.max(0, at.length - 1)}
        aria-valuenow={Math.max(0, shown)}
        aria-valuetext={moment === undefined ? t('none') : `${dateTimeOf(moment)}: ${spoken.join(', ')}`}
        onBlur={() => point(undefined)}
        onKeyDown={(event) => {
          const to = { ArrowLeft: shown - 1, ArrowRight: shown + 1, Home: 0, End: at.length - 1 }[event.key];
          if (to === undefined) return;
          event.preventDefault();
          move(to);
        }}
      >
        <Legend {...{ at, lines, limits, band, index: shown, format }} />
      </div>
      <ValueTable {...{ label, at, lines, format }} />
    </div>
  );
}

function drawingOf(props: ChartProps): Drawing {
  const { at, lines, format, limits = NONE, band, heat, isStacked = false, isLog = false, top = 0 } = props;
  const from = props.from ?? at[0] ?? 0;
  const to = Math.max(props.to ?? at.at(-1) ?? 0, from + 1);
  return { at, lines, format, limits, band, heat, isStacked, isLog, top, from, to };
}

/** Keeps one plot in the element: made anew when its shape or the theme changes, drawn anew when its values do. */
function usePlot(drawing: Drawing, height: number, watcher: Watcher) {
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<Plot | undefined>(undefined);
  const newest = useRef({ drawing, watcher });
  newest.current = { drawing, watcher };
  const [module, setModule] = useState<Awaited<ReturnType<typeof loading>>>();
  const [failed, setFailed] = useState(false);
  const theme = useThemeChanges();
  const shape = module?.shapeOf(drawing);

  useEffect(() => {
    let here = true;
    loading().then(
      (loaded) => {
        if (here) setModule(loaded);
      },
      () => {
        if (here) setFailed(true);
      },
    );
    return () => {
      here = false;
    };
  }, []);

  useEffect(() => {
    const element = host.current;
    if (!module || !element) return;
    const sizeNow = () => ({ width: Math.max(80, element.clientWidth), height });
    const made = module.plotIn(
      element,
      sizeNow(),
      newest.current.drawing,
      coloursAt(element),
      () => newest.current.watcher,
    );
    plot.current = made;
    const resized = new ResizeObserver(() => made.resize(sizeNow().width, height));
    resized.observe(element);
    return () => {
      resized.disconnect();
      made.destroy();
      plot.current = undefined;
    };
  }, [module, shape, theme, height]);

  const { at, lines, limits, band, heat, from, to, top } = drawing;
  useEffect(() => plot.current?.draw(newest.current.drawing), [at, lines, limits, band, heat, from, to, top]);

  return { host, failed, point: (index: number | undefined) => plot.current?.point(index) };
}
