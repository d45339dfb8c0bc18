// How long the runs of a job took, with what it is held to.
import { useMemo } from 'preact/hooks';
import { useLive } from '../../api/live.ts';
import { Chart, type ChartLimit, type ChartLine } from '../../parts/chart.tsx';
import { Shown } from '../../parts/shown.tsx';
import { durationOf } from '../../parts/time.tsx';
import { useTexts } from '../../text/language.ts';
import type { JobDetail, Run, RunsPage } from './answers.ts';
import { durationsOf, msOf, timesOf } from './duration.ts';
import { RUNS_EVERY_MS, runsPath } from './paths.ts';
import { jobsTexts } from './texts.ts';

/** Durations and limits that are further apart, as a share of each other, are drawn by their logarithms. */
const WIDE = 10;

export function Durations({ job }: { job: JobDetail }) {
  const t = useTexts(jobsTexts);
  const live = useLive<RunsPage>(runsPath(job.id), RUNS_EVERY_MS);
  return (
    <section class="card" aria-labelledby="jobs-durations">
      <h2 id="jobs-durations">{t('durations')}</h2>
      <Shown of={live}>{({ runs }) => <Drawn job={job} runs={runs} />}</Shown>
    </section>
  );
}

function Drawn({ job, runs }: { job: JobDetail; runs: readonly Run[] }) {
  const t = useTexts(jobsTexts);
  const times = timesOf(job.duration?.anomaly);
  const data = useMemo(() => durationsOf(runs, times), [runs, times]);
  const titles = [t('run.succeeded'), t('run.failed'), t('maxRuntime'), t('minRuntime'), t('usual')].join('\n');
  const { maxRuntime, minRuntime } = job;
  const { lines, limits, band } = useMemo(() => {
    const [succeeded = '', failed = '', most = '', least = '', usual = ''] = titles.split('\n');
    const bounds: ChartLimit[] = [];
    const [mostMs, leastMs] = [msOf(maxRuntime), msOf(minRuntime)];
    if (mostMs !== undefined) bounds.push({ title: most, value: mostMs, colour: 'bad' });
    if (leastMs !== undefined) bounds.push({ title: least, value: leastMs, colour: 'warn' });
    return {
      lines: [
        { key: 'succeeded', title: succeeded, values: data.succeeded, colour: 'accent', kind: 'points' },
        { key: 'failed', title: failed, values: data.failed, colour: 'bad', kind: 'points' },
      ] satisfies ChartLine[],
      limits: bounds,
      band: data.high.some((value) => value !== null)
        ? ({ title: usual, low: data.low, high: data.high, colour: 'ok' } as const)
        : undefined,
    };
  }, [data, titles, maxRuntime, minRuntime]);
  const known = [...data.succeeded, ...data.failed, ...limits.map(({ value }) => value)].flatMap((value) =>
    value !== null && value > 0 ? [value] : [],
  );
  const spread = Math.max(...known, 1) / Math.min(...known, Infinity);
  if (data.at.length === 0) return <p class="quiet">{t('noDurations')}</p>;
  return (
    <Chart
      label={t('durationsOf', { name: job.job })}
      at={data.at}
      lines={lines}
      limits={limits}
      band={band}
      format={durationOf}
      isLog={spread > WIDE}
      height={180}
    />
  );
}
