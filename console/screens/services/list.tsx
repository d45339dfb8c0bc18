// All services: what each takes in, how that fares, and which revision of its rules is in force.
import { useMemo } from 'preact/hooks';
import { needsYou, useOpenAlerts, useTitle, type OpenAlert } from '../../attention.ts';
import { useAll } from '../../api/all.ts';
import { countOf, percentOf, rateOf } from '../../parts/number.ts';
import { Empty, Shown } from '../../parts/shown.tsx';
import { Spark } from '../../parts/spark.tsx';
import { faresOf } from '../../parts/fares.ts';
import { State } from '../../parts/state.tsx';
import { Table, type Column } from '../../parts/table.tsx';
import { Ago } from '../../parts/time.tsx';
import { Link, to, useParam } from '../../router/router.tsx';
import { useTexts, type Tell } from '../../text/language.ts';
import type { ServiceEntry } from './answers.ts';
import { rankOf, stateOf, titleOf, type Standing } from './state.ts';
import { servicesTexts } from './texts.ts';
import { useTrafficOfAll } from './traffic-of-all.ts';
import { trafficOf, type Seen, type Traffic } from './windows.ts';

/** All pages are asked for each time. */
const LIST_MS = 10_000;

type Told = Tell<keyof typeof servicesTexts.en>;

interface Row extends ServiceEntry {
  readonly traffic: Traffic;
  readonly state: Standing;
}

export function ServiceList() {
  const t = useTexts(servicesTexts);
  useTitle(t('title'));
  const [search, setSearch] = useParam('q');
  const [owner, setOwner] = useParam('owner');
  const [sort, setSort] = useParam('sort', 'state');
  const all = useAll<ServiceEntry>('/v1/services?limit=200', 'services', LIST_MS);
  const windows = useTrafficOfAll();
  const alerts = useOpenAlerts().data?.alerts;
  const columns = useMemo(() => columnsOf(t), [t('title')]);
  const present = useMemo(() => all.data?.rows.filter(({ removed }) => removed === undefined), [all.data]);
  const owners = useMemo(
    () => [...new Set(present?.map((one) => one.owner).filter((one) => one !== undefined))].sort(),
    [present],
  );
  const rows = useMemo(
    () =>
      (present ?? [])
        .filter((one) => (owner === '' || one.owner === owner) && matches(one, search))
        .map((one) => rowOf(one, windows, alerts)),
    [present, owner, search, windows, alerts],
  );
  const nothing = (
    <Empty title={t(present?.length === 0 ? 'noServices' : 'noMatch')}>
      {present?.length === 0 ? <Link to="/rules">{t('firstRules')}</Link> : null}
    </Empty>
  );
  return (
    <>
      <div class="head">
        <h1>{t('title')}</h1>
        <div class="actions row">
          <input
            type="search"
            aria-label={t('search')}
            placeholder={t('search')}
            value={search}
            onInput={({ currentTarget }) => setSearch(currentTarget.value)}
          />
          <select aria-label={t('owner')} value={owner} onChange={({ currentTarget }) => setOwner(currentTarget.value)}>
            <option value="">{t('allOwners')}</option>
            {owners.map((one) => (
              <option key={one} value={one}>
                {one}
              </option>
            ))}
          </select>
          <span class="quiet number" role="status">
            {present === undefined ? '' : t('howMany', { shown: rows.length, all: present.length })}
          </span>
        </div>
      </div>
      <Shown of={all}>
        {() => (
          <Table
            label={t('title')}
            columns={columns}
            rows={rows}
            rowKey={({ service }) => service}
            sort={sort}
            onSort={setSort}
            minWidth={900}
            empty={nothing}
          />
        )}
      </Shown>
      <p class="quiet">{t('listNote')}</p>
    </>
  );
}

const matches = ({ service, owner = '', tags = {} }: ServiceEntry, search: string): boolean => {
  const words = search.toLowerCase().split(' ').filter(Boolean);
  const text = [service, owner, ...Object.entries(tags).map(([name, value]) => `${name}=${value}`)].join(' ');
  return words.every((word) => text.toLowerCase().includes(word));
};

function rowOf(entry: ServiceEntry, windows: readonly Seen[], alerts: readonly OpenAlert[] | undefined): Row {
  const traffic = trafficOf(entry.service, Date.parse(entry.since), windows);
  const own = alerts?.filter(({ service, status }) => service === entry.service && status === 'firing') ?? [];
  return { ...entry, traffic, state: stateOf(entry, traffic, own, own.filter(needsYou)) };
}

function columnsOf(t: Told): Column<Row>[] {
  return [
    {
      key: 'service',
      title: t('service'),
      width: 'minmax(180px, 2fr)',
      by: ({ service }) => service,
      cell: ({ service, traffic: { failedShare, refusedShare } }) => (
        <>
          <Link to={to`/services/${service}`} title={service}>
            {service}
          </Link>
          {failedShare || refusedShare ? (
            <span class="under number">
              {[
                failedShare ? t('failedUnder', { share: percentOf(failedShare) }) : [],
                refusedShare ? t('refusedUnder', { share: percentOf(refusedShare) }) : [],
              ]
                .flat()
                .join(' · ')}
            </span>
          ) : null}
        </>
      ),
    },
    {
      key: 'state',
      title: t('state'),
      width: '150px',
      by: ({ state, traffic }) => rankOf(state, traffic),
      cell: ({ state: { kind, text, count } }) => (
        <State kind={kind} title={t(titleOf(text), { count })}>
          {t(text, { count })}
        </State>
      ),
    },
    {
      key: 'traffic',
      title: t('traffic'),
      width: '124px',
      cell: ({ service, traffic }) =>
        traffic.rate === null ? '–' : <Spark values={traffic.rates} label={t('sparkLabel', { service })} />,
    },
    {
      key: 'rate',
      title: t('rate'),
      width: '90px',
      end: true,
      by: ({ traffic }) => traffic.rate ?? -1,
      cell: ({ traffic }) => (traffic.rate === null ? '–' : rateOf(traffic.rate)),
    },
    shareColumn(
      'failed',
      t('failedColumn'),
      ({ failedShare }) => failedShare,
      (share) => faresOf(share, 0),
    ),
    shareColumn(
      'refused',
      t('refusedColumn'),
      ({ refusedShare }) => refusedShare,
      (share) => faresOf(0, share),
    ),
    {
      key: 'revision',
      title: t('revision'),
      width: 'minmax(210px, 1.2fr)',
      by: ({ publishedAt = '' }) => publishedAt,
      cell: (row) => <RevisionCell {...row} t={t} />,
    },
    {
      key: 'owner',
      title: t('owner'),
      width: 'minmax(110px, 1fr)',
      by: ({ owner = '' }) => owner,
      cell: ({ owner = '–' }) => <span title={owner}>{owner}</span>,
    },
  ];
}

const shareColumn = (
  key: string,
  title: string,
  shareOf: (traffic: Traffic) => number | null,
  fares: (share: number) => 'ok' | 'warn' | 'bad',
): Column<Row> => ({
  key,
  title,
  width: '98px',
  end: true,
  by: ({ traffic }) => shareOf(traffic) ?? -1,
  cell: ({ traffic }) => {
    const share = shareOf(traffic);
    if (share === null) return '–';
    const kind = fares(share);
    if (kind === 'ok') return <span class={share > 0 ? '' : 'quiet'}>{percentOf(share)}</span>;
    return <State kind={kind}>{percentOf(share)}</State>;
  },
});

function RevisionCell({ revision, gray, publishedAt, draft, t }: Row & { t: Told }) {
  if (revision === undefined) return <span class="quiet">{t('unpublished')}</span>;
  return (
    <>
      <span class="number">{countOf(revision)}</span> <span class="quiet">·</span> <Ago at={publishedAt} />
      {gray ? <span class="tag">{t('grayOf', { revision: gray.revision })}</span> : null}
      {draft && !draft.inForce ? (
        <span class="tag" title={t('hasDraft')}>
          {t('draft')}
        </span>
      ) : null}
    </>
  );
}
