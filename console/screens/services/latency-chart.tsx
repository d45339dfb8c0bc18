// How long requests took: how many in each span of durations, moment by moment, with percentiles over it.
import { useMemo } from 'preact/hooks';
import type { Live } from '../../api/live.ts';
import { Chart, type ChartHeat, type ChartLine } from '../../parts/chart.tsx';
import { durationOf } from '../../parts/time.tsx';
import { useLanguage, useTexts } from '../../text/language.ts';
import type { HeatSeries, Series } from './answers.ts';
import { percentileLine } from './points.ts';
import type { Stretch } from './ranges.ts';
import { servicesTexts } from './texts.ts';

interface LatencyChartProps {
  resource: string;
  series: Series;
  heat: Live<HeatSeries>;
  stretch: Stretch;
  onRange: (from: number, to: number) => void;
}

export function LatencyChart({ resource, series, heat, stretch, onRange }: LatencyChartProps) {
  const t = useTexts(servicesTexts);
  const spoken = useLanguage();
  const at = useMemo(() => series.points.map((point) => Date.parse(point.at)), [series]);
  const lines = useMemo<readonly ChartLine[]>(
    () => [
      { key: 'p50', title: 'p50', values: percentileLine(series, 'p50'), colour: 'text' },
      { key: 'p95', title: 'p95', values: percentileLine(series, 'p95'), colour: 'held' },
      { key: 'p99', title: 'p99', values: percentileLine(series, 'p99'), colour: 'bad' },
    ],
    [series],
  );
  const shades = useMemo<ChartHeat>(() => heatAt(heat.data, at, t('heat')), [heat.data, at, spoken]);
  return (
    <section class="card">
      <h2>{t('latency')}</h2>
      <Chart
        label={t('latencyOf', { of: resource })}
        at={at}
        lines={lines}
        heat={shades}
        format={durationOf}
        isLog
        height={240}
        from={stretch.from}
        to={stretch.to}
        onRange={onRange}
      />
      <p class="quiet">{t('heatNote')}</p>
    </section>
  );
}

/** The two answers may be a minute apart: columns are put where their moments are. */
function heatAt(heat: HeatSeries | undefined, at: readonly number[], title: string): ChartHeat {
  const columns = new Map(heat?.points.map((point, i) => [Date.parse(point.at), i]));
  const rows = (heat?.heatmap ?? []).map(({ overMs, upToMs, counts }) => ({
    over: overMs,
    upTo: upToMs,
    counts: at.map((moment) => counts[columns.get(moment) ?? -1] ?? 0),
  }));
  return { title, rows };
}
