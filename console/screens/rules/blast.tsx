// The blast radius: whom the changes concern, how much of the last hour's traffic, and what the draft would have done to it.
import { useEffect, useState } from 'preact/hooks';
import { queryOf, send } from '../../api/client.ts';
import { useLive } from '../../api/live.ts';
import { ApiError } from '../../api/problem.ts';
import { countOf } from '../../parts/number.ts';
import { Failed, Loading } from '../../parts/shown.tsx';
import { Spark } from '../../parts/spark.tsx';
import { useTexts } from '../../text/language.ts';
import type { Fleet, Simulated } from './answers.ts';
import type { Compared } from './compared.ts';
import { Simulation } from './simulation.tsx';
import type { Subject } from './subject.ts';
import { concernedBy } from './text/concerned.ts';
import { rulesTexts } from './texts.ts';

const MINUTE_MS = 60_000;
const MINUTES = 60;
/** Traffic is shown of so many; of the others their names alone. */
const MOST_SERIES = 8;

export function Blast({ subject, compared }: { subject: Subject; compared: Compared }) {
  const t = useTexts(rulesTexts);
  const { data: document } = useLive<Record<string, unknown>>(`${subject.api}/draft`);
  const { data: fleet } = useLive<Fleet>(`${subject.api}/fleet`, 10_000);
  const { resources, dependencies, jobs } = concernedBy(compared.changes, document);
  const functions = Object.entries(fleet?.summary?.functions ?? {});
  const rows = [
    ...(resources === 'all'
      ? [{ what: t('allResources'), of: {} }]
      : resources.map((resource) => ({ what: `${t('of.resources')} ${resource}`, of: { resource } }))),
    ...dependencies.map((dependency) => ({ what: `${t('of.dependencies')} ${dependency}`, of: { dependency } })),
  ];
  return (
    <section class="card blast" aria-label={t('blast')}>
      <h2>{t('blast')}</h2>
      <dl class="facts">
        <dt>{t('instancesNow')}</dt>
        <dd data-instances={fleet?.summary?.instances ?? ''}>
          {fleet?.summary ? countOf(fleet.summary.instances) : '–'}
          {functions.length === 0 ? null : (
            <span class="quiet"> {functions.map(([name, count]) => `${name} × ${countOf(count)}`).join(', ')}</span>
          )}
        </dd>
        {jobs.length === 0 ? null : (
          <>
            <dt>{t('jobsConcerned')}</dt>
            <dd>{jobs.join(', ')}</dd>
          </>
        )}
      </dl>
      {rows.length === 0 ? (
        <p class="quiet">{t('concernsNobody')}</p>
      ) : (
        <>
          <h3>{t('lastHour')}</h3>
          <ul class="traffic" aria-label={t('lastHour')}>
            {rows.map(({ what, of }, i) => (
              <li key={what}>
                <span>{what}</span>
                {i < MOST_SERIES ? <Traffic service={subject.name} of={of} what={what} /> : null}
              </li>
            ))}
          </ul>
        </>
      )}
      <Simulating subject={subject} source={compared.stored.source} />
    </section>
  );
}

interface Counted {
  readonly total: { readonly count: number };
  readonly points: readonly { readonly count: number; readonly partial?: true }[];
}

function Traffic({ service, of, what }: { service: string; of: Readonly<Record<string, string>>; what: string }) {
  const t = useTexts(rulesTexts);
  const { data, error } = useLive<Counted>(
    `/v1/telemetry/series${queryOf({ service, ...of, metric: 'count', step: '1m' })}`,
    MINUTE_MS,
  );
  if (!data) return <span class="quiet number">{error ? '–' : '…'}</span>;
  return (
    <>
      <span class="number">{t('dependency' in of ? 'countCalls' : 'count', { count: countOf(data.total.count) })}</span>
      <Spark
        values={data.points.map(({ count, partial }) => (partial ? null : count))}
        label={`${what}: ${t('lastHour')}`}
      />
    </>
  );
}

function Simulating({ subject, source }: { subject: Subject; source: string }) {
  const t = useTexts(rulesTexts);
  const [simulated, setSimulated] = useState<Simulated>();
  const [error, setError] = useState<ApiError>();
  const [asked, setAsked] = useState(0);
  useEffect(() => {
    let isHere = true;
    setSimulated(undefined);
    setError(undefined);
    send<Simulated>('POST', `${subject.api}/draft/simulate`, { minutes: MINUTES, document: source }).then(
      (answer) => {
        if (isHere) setSimulated(answer);
      },
      (caught: unknown) => {
        if (!(caught instanceof ApiError)) throw caught;
        if (isHere) setError(caught);
      },
    );
    return () => {
      isHere = false;
    };
  }, [subject.api, source, asked]);
  return (
    <div class="stack" aria-busy={simulated === undefined && error === undefined}>
      <h3>{t('simulated')}</h3>
      {error ? (
        <Failed error={error} onRetry={() => setAsked(asked + 1)} />
      ) : simulated ? (
        <Simulation of={simulated} />
      ) : (
        <Loading />
      )}
    </div>
  );
}
