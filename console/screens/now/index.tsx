// The screen Now: one look says whether anything needs anybody, and each thing that does is a link.
import { useEffect } from 'preact/hooks';
import { useAlso, useOpenAlerts, useTitle, type OpenAlert } from '../../attention.ts';
import { useAll } from '../../api/all.ts';
import { useKept } from '../../api/kept.ts';
import { OLD_MS, useLive } from '../../api/live.ts';
import { useNow } from '../../clock.ts';
import { AlertRow } from '../../parts/alert-row.tsx';
import { useTexts } from '../../text/language.ts';
import type { ScreenProps } from '../screen.ts';
import type { Coverage, Faults, Job, Service, Shed, Topology } from './answers.ts';
import { Areas } from './areas.tsx';
import { FailingJobs } from './job-rows.tsx';
import { Knowing } from './knowing.tsx';
import { situationOf } from './situation.ts';
import { nowTexts } from './texts.ts';
import { Banner } from './banner.tsx';

const FAILING = '/v1/jobs?status=failed&status=missed&status=overrunning&status=late&limit=100';
const JOBS_MS = 10_000;
const MINUTE_MS = 60_000;
const STEP_MS = 5 * MINUTE_MS;
/** Who refuses is asked of so many minutes: the newest few of them are not merged yet. */
const REFUSALS_MS = 4 * STEP_MS;
/** Dear where there are many services, and changes with deployments alone. */
const COVERAGE_MS = 5 * MINUTE_MS;

export default function Now(_props: ScreenProps) {
  const t = useTexts(nowTexts);
  useTitle(t('title'));
  const at = useNow(10_000);
  const step = Math.floor(at / STEP_MS) * STEP_MS;
  const alerts = useOpenAlerts();
  const jobs = useAll<Job>(FAILING, 'jobs', JOBS_MS);
  const topology = useKept(
    useLive<Topology>(
      `/v1/telemetry/topology?from=${String(step + STEP_MS - REFUSALS_MS)}&to=${String(step + STEP_MS)}`,
      MINUTE_MS,
    ),
    'refusals',
  );
  const coverage = useLive<Coverage>('/v1/telemetry/coverage?limit=1', COVERAGE_MS);
  const shed = useLive<Shed>('/v1/shed?limit=200', MINUTE_MS / 4);
  const faults = useLive<Faults>('/v1/faults?limit=200', MINUTE_MS / 4);
  const services = useAll<Service>('/v1/services?limit=200', 'services');
  const until = topology.data?.completeUntil;
  // Before anybody was there to be counted nothing is known, whatever is summed up.
  const isCounted =
    services.data === undefined
      ? services.error !== undefined
      : until !== undefined && services.data.rows.some(({ since }) => Date.parse(since) < Date.parse(until));
  const situation = situationOf({
    alerts: { ...seen(alerts), isOld: at - (alerts.at ?? at) > OLD_MS },
    ...{ jobs: seen(jobs), topology: seen(topology), coverage: seen(coverage), at, isCounted },
  });
  useAlso(situation.failing.length);
  const isAway = alerts.error !== undefined;
  useEffect(() => {
    if (isAway) return;
    // What is asked for seldom is asked for at once when the API is back.
    for (const { error, refresh } of [jobs, topology, coverage, shed, faults, services]) if (error) void refresh();
  }, [isAway]);
  const { needing, waiting, inHand, failing } = situation;
  return (
    <div class="now-screen stack">
      <h1 class="unseen">{t('title')}</h1>
      <Banner
        situation={situation}
        alerts={alerts}
        telemetryUntil={isCounted ? until : undefined}
        services={services.data}
      />
      <Areas areas={situation.areas} />
      {needing.length + failing.length > 0 ? (
        <section class="stack" aria-labelledby="now-needing">
          <h2 id="now-needing">{t('needing')}</h2>
          <ul class="alert-rows">
            {rowsOf(needing)}
            <FailingJobs jobs={failing} />
          </ul>
        </section>
      ) : null}
      <Alerts title={t('waiting')} of={waiting} />
      <Alerts title={t('inHand')} of={inHand} />
      <Knowing
        situation={situation}
        shed={shed.data}
        faults={faults.data}
        services={services.data?.rows ?? []}
        functions={coverage.data?.functions}
      />
    </div>
  );
}

const seen = <T,>({ data, error }: { data: T | undefined; error: unknown }) => ({ data, failed: error !== undefined });

const rowsOf = (alerts: readonly OpenAlert[]) => alerts.map((alert) => <AlertRow key={alert.id} alert={alert} />);

function Alerts({ title, of }: { title: string; of: readonly OpenAlert[] }) {
  return of.length === 0 ? null : (
    <section class="stack">
      <h2>{title}</h2>
      <ul class="alert-rows">{rowsOf(of)}</ul>
    </section>
  );
}
