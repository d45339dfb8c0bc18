// Draws a chart with uPlot; this file and uPlot are loaded when the first chart is shown.
import uPlot from 'uplot';
import { locale } from '../../text/language.ts';
import type { Colours } from './colours.ts';
import {
  isolated,
  leastOf,
  niceFoot,
  niceTop,
  shadeOf,
  stacked,
  topOf,
  type ChartBand,
  type ChartHeat,
  type ChartLimit,
  type ChartLine,
} from './data.ts';

export interface Drawing {
  /** ms since the epoch, rising. */
  readonly at: readonly number[];
  readonly lines: readonly ChartLine[];
  readonly isStacked: boolean;
  readonly limits: readonly ChartLimit[];
  readonly band: ChartBand | undefined;
  readonly heat: ChartHeat | undefined;
  readonly isLog: boolean;
  readonly from: number;
  readonly to: number;
  /** The axis reaches at least this far. */
  readonly top: number;
  readonly format: (value: number) => string;
}

/** Where values stand in the chart, CSS px within it. */
export interface PlotFrame {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  /** The value at the upper end of the axis. */
  readonly max: number;
}

export interface Watcher {
  readonly onCursor: (index: number | undefined) => void;
  readonly onFrame: (frame: PlotFrame) => void;
  readonly onRange: ((from: number, to: number) => void) | undefined;
}

export interface Plot {
  draw(drawing: Drawing): void;
  resize(width: number, height: number): void;
  /** Shows what was at this moment; nothing of undefined. */
  point(index: number | undefined): void;
  destroy(): void;
}

const FONT = '11px system-ui, sans-serif';
const AXIS_PX = 66;

export function plotIn(
  host: HTMLElement,
  size: { width: number; height: number },
  first: Drawing,
  colours: Colours,
  watcher: () => Watcher,
): Plot {
  let drawing = first;
  const plot = new uPlot(
    optionsOf(size, () => drawing, colours, watcher),
    dataOf(first),
    host,
  );
  return {
    draw(next) {
      drawing = next;
      plot.setData(dataOf(next));
    },
    resize: (width, height) => plot.setSize({ width, height }),
    point(index) {
      const at = index === undefined ? undefined : drawing.at[index];
      plot.setCursor({ left: at === undefined ? -10 : plot.valToPos(at, 'x'), top: at === undefined ? -10 : 0 });
    },
    destroy: () => plot.destroy(),
  };
}

/** What two drawings must share for one plot to show both. */
export const shapeOf = ({ lines, isStacked, isLog, band, heat }: Drawing): string =>
  JSON.stringify([
    lines.map(({ values: _, ...rest }) => rest),
    isStacked,
    isLog,
    band?.colour,
    heat === undefined,
    locale(),
  ]);

function dataOf({ at, lines, isStacked, band }: Drawing): uPlot.AlignedData {
  const values = lines.map((line) => line.values);
  const drawn = isStacked ? stacked(values) : values;
  return [at, ...drawn, ...(band ? [band.high, band.low] : [])].map((one) => [...one]) as unknown as uPlot.AlignedData;
}

function optionsOf(
  size: { width: number; height: number },
  now: () => Drawing,
  colours: Colours,
  watcher: () => Watcher,
): uPlot.Options {
  const { lines, isStacked, band, isLog } = now();
  const edge = { stroke: 'transparent', width: 0, points: { show: false } };
  const count = lines.length;
  return {
    ...size,
    ms: 1,
    padding: [8, 8, 0, 0],
    legend: { show: false },
    cursor: { y: false, points: { size: 7 }, drag: { x: true, y: false, setScale: false, dist: 5 } },
    scales: {
      x: { time: true, range: () => [now().from, now().to] },
      y: isLog ? { distr: 3, range: () => logRange(now()) } : { range: () => [0, linearTop(now())] },
    },
    axes: axesOf(colours, now),
    series: [{}, ...lines.map((line) => seriesOf(line, isStacked, colours)), ...(band ? [edge, edge] : [])],
    bands: [
      ...(isStacked ? lines.slice(1).map((_, i) => ({ series: [i + 2, i + 1] as [number, number] })) : []),
      ...(band
        ? [{ series: [count + 1, count + 2] as [number, number], fill: () => colours.faint(band.colour, 0.16) }]
        : []),
    ],
    hooks: {
      drawAxes: [(plot) => shade(plot, now(), colours)],
      draw: [(plot) => drawLimits(plot, now(), colours), (plot) => watcher().onFrame(frameOf(plot))],
      setCursor: [({ cursor: { idx, left } }) => watcher().onCursor((left ?? -1) < 0 ? undefined : (idx ?? undefined))],
      setSelect: [(plot) => chosen(plot, watcher())],
    },
  };
}

function seriesOf(line: ChartLine, isStacked: boolean, colours: Colours): uPlot.Series {
  const { kind = 'line', colour, fill = false, dash = false } = line;
  const { bars, points } = uPlot.paths;
  const paths = kind === 'bars' ? bars?.({ size: [0.7, 24, 2] }) : kind === 'points' ? points?.() : undefined;
  const filled = isStacked || fill || kind === 'bars';
  return {
    stroke: colours[colour],
    // The edge of a stack would lie on the edges beneath where nothing is added.
    width: kind === 'bars' || isStacked ? 0 : 1.5,
    ...(paths ? { paths } : {}),
    ...(filled ? { fill: colours.faint(colour, kind === 'bars' ? 0.75 : isStacked ? 0.6 : 0.12) } : {}),
    ...(dash ? { dash: [5, 4] } : {}),
    points:
      kind === 'points'
        ? { show: true, size: 6, fill: colours[colour] }
        : kind === 'bars'
          ? { show: false }
          : {
              show: true,
              size: 4,
              fill: colours[colour],
              filter: ({ data }, index) => isolated((data[index] ?? []) as (number | null)[]),
            },
  };
}

function linearTop({ lines, isStacked, limits, band, top }: Drawing): number {
  const values = lines.map((line) => line.values);
  const drawn = isStacked ? stacked(values) : values;
  const others = limits.map(({ value }) => value);
  return niceTop(topOf([...drawn, ...(band ? [band.high] : [])], [...others, top]));
}

function logRange({ lines, heat, limits }: Drawing): [number, number] {
  const values = lines.map((line) => line.values);
  const rows = heat?.rows ?? [];
  const least = leastOf([...values, rows.map(({ over }) => over)]) ?? 1;
  const top = topOf(
    values,
    [...rows.map(({ upTo }) => upTo), ...limits.map(({ value }) => value)].filter((value) => value > 0),
  );
  return [niceFoot(least), Math.max(top, least * 10)];
}

function axesOf(colours: Colours, now: () => Drawing): uPlot.Axis[] {
  const grid = { stroke: colours.line, width: 1 };
  const both = { stroke: colours.quiet, font: FONT, grid, ticks: { ...grid, size: 4 }, gap: 4 };
  return [
    {
      ...both,
      size: 28,
      space: 64,
      values: (_plot, splits, _axis, _space, step) => splits.map((at) => momentOf(at, step)),
    },
    {
      ...both,
      size: AXIS_PX,
      space: 30,
      values: (_plot, splits) => splits.map((value) => (value === null ? null : now().format(value))),
    },
  ];
}

/** Moments in the viewer's own zone: the day where one begins, else the time. */
function momentOf(at: number, step: number): string {
  const date = new Date(at);
  const isMidnight = date.getHours() === 0 && date.getMinutes() === 0;
  const day: Intl.DateTimeFormatOptions = { day: 'numeric', month: 'short' };
  const time: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit' };
  if (step < 60_000) return date.toLocaleTimeString(locale(), { ...time, second: '2-digit' });
  return step >= 86_400_000 || isMidnight
    ? date.toLocaleDateString(locale(), day)
    : date.toLocaleTimeString(locale(), time);
}

function shade(plot: uPlot, { at, heat, from, to }: Drawing, colours: Colours): void {
  if (!heat) return;
  const { ctx, bbox } = plot;
  const most = topOf(heat.rows.map(({ counts }) => counts));
  const half = stepOf(at, to - from) / 2;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  for (const { over, upTo, counts } of heat.rows) {
    const top = Math.round(plot.valToPos(upTo, 'y', true));
    const bottom = Math.round(plot.valToPos(over, 'y', true));
    counts.forEach((count, i) => {
      const moment = at[i];
      if (count <= 0 || moment === undefined) return;
      const left = Math.round(plot.valToPos(moment - half, 'x', true));
      const right = Math.round(plot.valToPos(moment + half, 'x', true));
      ctx.fillStyle = colours.faint('accent', shadeOf(count, most));
      ctx.fillRect(left, top, Math.max(1, right - left - 1), Math.max(1, bottom - top - 1));
    });
  }
  ctx.restore();
}

const stepOf = (at: readonly number[], whole: number): number => {
  const [first, second] = at;
  return first === undefined || second === undefined ? whole / 60 : second - first;
};

function drawLimits(plot: uPlot, { limits }: Drawing, colours: Colours): void {
  const { ctx, bbox } = plot;
  const ratio = uPlot.pxRatio;
  ctx.save();
  for (const { value, title, colour } of limits) {
    const y = Math.round(plot.valToPos(value, 'y', true));
    if (!(y >= bbox.top - 1 && y <= bbox.top + bbox.height + 1)) continue;
    ctx.strokeStyle = colours[colour];
    ctx.fillStyle = colours[colour];
    ctx.lineWidth = ratio;
    ctx.setLineDash([6 * ratio, 4 * ratio]);
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
    ctx.font = `${String(11 * ratio)}px system-ui, sans-serif`;
    ctx.textAlign = 'right';
    const above = y - bbox.top > 16 * ratio;
    ctx.textBaseline = above ? 'bottom' : 'top';
    ctx.fillText(title, bbox.left + bbox.width - 4 * ratio, y + (above ? -2 : 2) * ratio);
  }
  ctx.restore();
}

const frameOf = (plot: uPlot): PlotFrame => {
  const ratio = uPlot.pxRatio;
  const { left, top, width, height } = plot.bbox;
  return {
    left: left / ratio,
    top: top / ratio,
    width: width / ratio,
    height: height / ratio,
    max: plot.scales['y']?.max ?? 1,
  };
};

function chosen(plot: uPlot, { onRange }: Watcher): void {
  const { left, width } = plot.select;
  if (width <= 0) return;
  if (onRange) onRange(plot.posToVal(left, 'x'), plot.posToVal(left + width, 'x'));
  plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
}
