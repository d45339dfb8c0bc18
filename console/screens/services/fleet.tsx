// Who runs which revision of the rules and which version of the library.
import { useMemo } from 'preact/hooks';
import { path, queryOf } from '../../api/client.ts';
import { useLive } from '../../api/live.ts';
import { countOf, percentOf } from '../../parts/number.ts';
import { Empty, Shown } from '../../parts/shown.tsx';
import { Spark } from '../../parts/spark.tsx';
import { State, type Kind } from '../../parts/state.tsx';
import { Table, type Column } from '../../parts/table.tsx';
import { Ago, durationOf } from '../../parts/time.tsx';
import { useParam } from '../../router/router.tsx';
import { useTexts, type Tell } from '../../text/language.ts';
import type { Counts, Fleet, Instance, Standing } from './answers.ts';
import { servicesTexts } from './texts.ts';

const KINDS: Record<Standing, Kind> = {
  current: 'ok',
  gray: 'warn',
  stale: 'bad',
  rejected: 'bad',
  unknown: 'unknown',
};
const STANDINGS = Object.keys(KINDS) as readonly Standing[];
const MOST = 200;

export function FleetView({ service }: { service: string }) {
  const t = useTexts(servicesTexts);
  const [sort, setSort] = useParam('sort', 'standing');
  const live = useLive<Fleet>(`${path`/v1/services/${service}/fleet`}${queryOf({ limit: MOST })}`, 5_000);
  const columns = useMemo(() => columnsOf(t), [t('title')]);
  return (
    <Shown of={live} missing={<p class="note">{t('unpublished')}</p>}>
      {({ summary, convergence, instances, cursor, published }) => (
        <>
          <div class="grid">
            <section class="card">
              <h2>{t('instances')}</h2>
              <p class="big number">{countOf(summary?.instances ?? instances.length)}</p>
              <div class="row">
                {STANDINGS.map((standing) => {
                  const count = summary?.[standing] ?? 0;
                  return count === 0 ? null : (
                    <State key={standing} kind={KINDS[standing]}>
                      {t(`standing.${standing}`)} {countOf(count)}
                    </State>
                  );
                })}
              </div>
            </section>
            <section class="card">
              <h2>{t('convergence')}</h2>
              <Spark values={convergence?.minutes.map(({ share }) => share) ?? []} label={t('convergence')} />
              <p class="quiet">
                {published === undefined
                  ? t('unpublished')
                  : convergence?.reached
                    ? t('reached', {
                        share: percentOf(convergence.reached.share),
                        revision: published.revision,
                        within: durationOf(convergence.reached.withinMs),
                      })
                    : t('notReached', { revision: published.revision })}
              </p>
            </section>
            <CountCard title={t('versions')} counts={summary?.versions ?? {}} />
            <CountCard title={t('functions')} counts={summary?.functions ?? {}} />
          </div>
          <Table
            label={t('instances')}
            columns={columns}
            rows={instances}
            rowKey={({ instance }) => instance}
            sort={sort}
            onSort={setSort}
            minWidth={760}
            empty={<Empty title={t('noInstances')} />}
          />
          {cursor === undefined ? null : <p class="quiet">{t('firstOnly', { count: MOST })}</p>}
        </>
      )}
    </Shown>
  );
}

function CountCard({ title, counts }: { title: string; counts: Counts }) {
  return (
    <section class="card">
      <h2>{title}</h2>
      <dl class="facts counts">
        {Object.entries(counts).map(([name, count]) => [
          <dt key={name} class="mono">
            {name}
          </dt>,
          <dd key={`${name} count`} class="number">
            {countOf(count)}
          </dd>,
        ])}
      </dl>
    </section>
  );
}

function columnsOf(t: Tell<keyof typeof servicesTexts.en>): Column<Instance>[] {
  return [
    {
      key: 'instance',
      title: t('instance'),
      width: 'minmax(170px, 1fr)',
      by: ({ instance }) => instance,
      cell: ({ instance }) => <span class="mono">{instance}</span>,
    },
    {
      key: 'standing',
      title: t('state'),
      width: '150px',
      by: ({ standing, instance }) => `${String(9 - STANDINGS.indexOf(standing))} ${instance}`,
      cell: ({ standing, rejected }) => (
        <State
          kind={KINDS[standing]}
          {...(rejected === undefined ? {} : { title: t('rejects', { revision: rejected }) })}
        >
          {t(`standing.${standing}`)}
        </State>
      ),
    },
    {
      key: 'revision',
      title: t('revision'),
      width: '100px',
      end: true,
      by: ({ revision }) => revision,
      cell: ({ revision }) => countOf(revision),
    },
    {
      key: 'version',
      title: t('version'),
      width: '100px',
      by: ({ version }) => version,
      cell: ({ version }) => version,
    },
    {
      key: 'function',
      title: t('function'),
      width: 'minmax(160px, 1fr)',
      by: (row) => row.function,
      cell: (row) => `${row.function}:${row.functionVersion}`,
    },
    {
      key: 'reportedAt',
      title: t('reported'),
      width: '130px',
      by: ({ reportedAt }) => reportedAt,
      cell: ({ reportedAt }) => <Ago at={reportedAt} />,
    },
  ];
}
