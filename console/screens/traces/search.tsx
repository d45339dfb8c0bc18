// The traces that fit what is searched for, newest first: live until they are paused, or older ones are asked for.
import { useState } from 'preact/hooks';
import { get, queryOf } from '../../api/client.ts';
import { useLive } from '../../api/live.ts';
import { useTitle } from '../../attention.ts';
import { useAct } from '../../parts/feedback.tsx';
import { Empty, Shown } from '../../parts/shown.tsx';
import { State } from '../../parts/state.tsx';
import { Table, type Column } from '../../parts/table.tsx';
import { durationOf, Time } from '../../parts/time.tsx';
import { Link, to, useParam } from '../../router/router.tsx';
import { useTexts, type Tell } from '../../text/language.ts';
import type { TraceLine, TracePage } from './answers.ts';
import { Elsewhere, isElsewhere } from './elsewhere.tsx';
import { Filters, useFilters } from './filters.tsx';
import { OpenById } from './open-by-id.tsx';
import { stateOf } from './outcome.ts';
import { outcomeWord, traceTexts, type TraceTextKey } from './texts.ts';

const PATH = '/v1/telemetry/traces';
const PAGE = 50;
const EVERY_MS = 4_000;

export function Search() {
  const t = useTexts(traceTexts);
  useTitle(t('title'));
  const query = queryOf({ ...useFilters(), limit: PAGE });
  // What is held is of what was searched for then.
  const [held, setHeld] = useState<{ of: string; page: TracePage }>();
  const still = held?.of === query ? held.page : undefined;
  const live = useLive<TracePage>(PATH + query, still ? 300_000 : EVERY_MS);
  const [busy, act] = useAct();
  const hold = (page: TracePage | undefined) => setHeld(page && { of: query, page });
  const older = (page: TracePage) =>
    act(async () => {
      const next = await get<TracePage>(`${PATH}${query}&cursor=${encodeURIComponent(page.cursor ?? '')}`);
      const known = new Set(page.traces.map(({ id }) => id));
      hold({ ...next, traces: [...page.traces, ...next.traces.filter(({ id }) => !known.has(id))] });
    });
  return (
    <>
      <div class="head">
        <h1>{t('title')}</h1>
        <div class="row actions">
          <OpenById />
          {still ? (
            <>
              <State kind="held">{t('paused')}</State>
              <button type="button" class="main" onClick={() => hold(undefined)}>
                {t('resume')}
              </button>
            </>
          ) : (
            <>
              <State kind={live.error ? 'warn' : 'ok'}>{t('live')}</State>
              <button type="button" disabled={!live.data} onClick={() => hold(live.data)}>
                {t('pause')}
              </button>
            </>
          )}
        </div>
      </div>
      {isElsewhere(live.error) ? (
        <Elsewhere error={live.error} />
      ) : (
        <>
          <Filters />
          <Shown of={live}>
            {(newest) => {
              const page = still ?? newest;
              return (
                <>
                  <List page={page} />
                  {page.cursor === undefined ? null : (
                    <div class="row">
                      <button type="button" disabled={busy} onClick={() => void older(page)}>
                        {t(page.traces.length === 0 ? 'further' : 'older')}
                      </button>
                    </div>
                  )}
                </>
              );
            }}
          </Shown>
        </>
      )}
    </>
  );
}

function List({ page: { traces, cursor } }: { page: TracePage }) {
  const t = useTexts(traceTexts);
  const [sort, setSort] = useParam('sort', '-at');
  const longest = Math.max(1, ...traces.map(({ durationMs }) => durationMs ?? 0));
  return (
    <Table
      label={t('title')}
      columns={columnsOf(t, longest)}
      rows={traces}
      rowKey={({ id }) => id}
      sort={sort}
      onSort={setSort}
      minWidth={760}
      empty={<Empty title={t(cursor === undefined ? 'none' : 'noneYet')}>{t('noneWhy')}</Empty>}
    />
  );
}

function columnsOf(t: Tell<TraceTextKey>, longest: number): readonly Column<TraceLine>[] {
  return [
    {
      key: 'at',
      title: t('begun'),
      width: '120px',
      by: ({ at }) => at,
      cell: ({ at }) => <Time at={at} />,
    },
    {
      key: 'what',
      title: t('what'),
      width: 'minmax(180px, 2fr)',
      by: ({ service, resource }) => `${service ?? ''} ${resource ?? ''}`,
      cell: ({ id, service, resource }) => (
        <Link to={to`/traces/${id}`} title={id}>
          {service === null ? t('unknown') : service} <span class="quiet">{resource}</span>
        </Link>
      ),
    },
    {
      key: 'outcome',
      title: t('outcome'),
      width: '150px',
      by: ({ outcome }) => outcome ?? '',
      cell: ({ outcome }) => <State kind={stateOf(outcome)}>{outcomeWord(t, outcome)}</State>,
    },
    {
      key: 'duration',
      title: t('duration'),
      width: 'minmax(130px, 1fr)',
      by: ({ durationMs }) => durationMs ?? -1,
      cell: ({ durationMs }) =>
        durationMs === null ? (
          <span class="quiet">{t('underWay')}</span>
        ) : (
          <span class="took">
            <span class="bar" style={{ width: `${String(Math.max(1, (durationMs / longest) * 100))}%` }} />
            <span class="number">{durationOf(durationMs)}</span>
          </span>
        ),
    },
    {
      key: 'services',
      title: t('services'),
      width: 'minmax(140px, 2fr)',
      by: ({ services }) => services.length,
      cell: ({ services }) => <span title={services.join(', ')}>{services.join(' → ')}</span>,
    },
    {
      key: 'segments',
      title: t('segments'),
      width: '104px',
      end: true,
      by: (trace) => trace.segments,
      cell: (trace) => trace.segments,
    },
  ];
}
