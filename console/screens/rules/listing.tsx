// All services with rules or a draft, and what of them waits for somebody.
import { useId, useState } from 'preact/hooks';
import { useAll } from '../../api/all.ts';
import { useLive } from '../../api/live.ts';
import { Empty, Shown } from '../../parts/shown.tsx';
import { State } from '../../parts/state.tsx';
import { Table, type Column } from '../../parts/table.tsx';
import { partsTexts } from '../../parts/texts.ts';
import { Ago } from '../../parts/time.tsx';
import { go, Link, useParam } from '../../router/router.tsx';
import { useMay } from '../../session/me.ts';
import { useTexts } from '../../text/language.ts';
import type { Approvals, Service } from './answers.ts';
import { approvalsPath } from './approving.tsx';
import { BASELINE, placeOf, subjectOf } from './subject.ts';
import { rulesTexts } from './texts.ts';

export function Listing() {
  const t = useTexts(rulesTexts);
  const tp = useTexts(partsTexts);
  const services = useAll<Service>('/v1/services?limit=200', 'services', 5_000);
  const [sort, setSort] = useParam('sort', 'service');
  const [search, setSearch] = useParam('search');
  const [only, setOnly] = useParam('only');
  const columns: readonly Column<Service>[] = [
    {
      key: 'service',
      title: t('service'),
      width: 'minmax(140px, 2fr)',
      by: ({ service }) => service,
      cell: ({ service }) => <Link to={placeOf(subjectOf(service), 'edit')}>{service}</Link>,
    },
    { key: 'state', title: t('state'), width: '230px', by: rank, cell: (service) => <ServiceState of={service} /> },
    {
      key: 'revision',
      title: t('revision'),
      width: '90px',
      end: true,
      by: ({ revision = 0 }) => revision,
      cell: ({ revision }) => revision ?? '–',
    },
    {
      key: 'at',
      title: t('publishedAt'),
      width: '120px',
      by: ({ publishedAt = '' }) => publishedAt,
      cell: ({ publishedAt }) => <Ago at={publishedAt} />,
    },
    {
      key: 'author',
      title: t('author'),
      width: 'minmax(90px, 1fr)',
      by: ({ author = '' }) => author,
      cell: ({ author = '–' }) => author,
    },
    {
      key: 'owner',
      title: t('owner'),
      width: 'minmax(90px, 1fr)',
      by: ({ owner = '' }) => owner,
      cell: ({ owner = '–' }) => owner,
    },
    {
      key: 'draft',
      title: t('draft'),
      width: 'minmax(150px, 1fr)',
      by: ({ draft }) => (draft && !draft.inForce ? draft.updatedAt : ''),
      cell: ({ draft }) =>
        draft && !draft.inForce ? (
          <>
            {draft.author} · <Ago at={draft.updatedAt} />
          </>
        ) : (
          <span class="quiet">–</span>
        ),
    },
    {
      key: 'approvals',
      title: t('approvals'),
      width: '100px',
      cell: ({ service, draft }) =>
        draft && !draft.inForce ? <Approved service={service} /> : <span class="quiet">–</span>,
    },
  ];
  return (
    <>
      <div class="head">
        <h1>{t('rules')}</h1>
        <div class="row actions">
          <Link to={placeOf(subjectOf(BASELINE), 'edit')} class="button">
            {t('baseline')}
          </Link>
          <NewService />
        </div>
      </div>
      <div class="row">
        <input
          type="search"
          aria-label={tp('search')}
          placeholder={tp('search')}
          value={search}
          onInput={({ currentTarget }) => setSearch(currentTarget.value)}
        />
        <label>
          <input
            type="checkbox"
            checked={only === 'waiting'}
            onChange={({ currentTarget }) => setOnly(currentTarget.checked ? 'waiting' : '')}
          />{' '}
          {t('onlyWaiting')}
        </label>
      </div>
      <Shown of={services}>
        {({ rows, complete }) => {
          const wanted = search.trim().toLowerCase();
          const shown = rows.filter(
            (row) =>
              (wanted === '' || row.service.includes(wanted) || (row.owner ?? '').toLowerCase().includes(wanted)) &&
              (only === '' || rank(row) < 2),
          );
          return (
            <>
              <Table
                label={t('rules')}
                {...{ columns, sort }}
                onSort={setSort}
                rows={shown}
                rowKey={({ service }) => service}
                minWidth={1_000}
                empty={<Empty title={t(rows.length === 0 ? 'noServices' : 'noneFound')} />}
              />
              {complete ? null : <p class="quiet">{t('notAll', { count: rows.length })}</p>}
            </>
          );
        }}
      </Shown>
    </>
  );
}

/** What waits for somebody first. */
const rank = ({ draft, gray, revision, removed }: Service): number =>
  gray ? 0 : draft && !draft.inForce ? 1 : removed ? 3 : revision === undefined ? 4 : 2;

function ServiceState({ of: { service, draft, gray, revision, removed } }: { of: Service }) {
  const t = useTexts(rulesTexts);
  const subject = subjectOf(service);
  const isWaiting = draft !== undefined && !draft.inForce;
  return (
    <span class="states">
      {gray ? (
        <Link to={placeOf(subject, 'rollout')}>
          <State kind="held">{t('grayState', { revision: gray.revision })}</State>
        </Link>
      ) : null}
      {isWaiting ? (
        <Link to={placeOf(subject, 'diff')}>
          <State kind="warn">{t('waiting')}</State>
        </Link>
      ) : removed ? (
        <State kind="off">{t('rulesRemoved')}</State>
      ) : revision === undefined ? (
        <State kind="off">{t('notPublishedYet')}</State>
      ) : gray ? null : (
        <State kind="ok">{t('inForceState')}</State>
      )}
    </span>
  );
}

function Approved({ service }: { service: string }) {
  const { data } = useLive<Approvals>(approvalsPath(subjectOf(service)), 30_000);
  if (!data || (data.needed === 0 && data.approvals.length === 0)) return <span class="quiet">–</span>;
  const { needed, approvals } = data;
  return (
    <State kind={approvals.length >= needed ? 'ok' : 'held'}>
      {approvals.length}/{needed}
    </State>
  );
}

function NewService() {
  const t = useTexts(rulesTexts);
  const id = useId();
  const [name, setName] = useState('');
  const may = useMay()('editor', name);
  const isName = /^[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?$/.test(name);
  return (
    <form
      class="row"
      onSubmit={(event) => {
        event.preventDefault();
        if (isName) go(placeOf(subjectOf(name), 'edit'));
      }}
    >
      <input
        id={id}
        type="text"
        size={16}
        autocomplete="off"
        aria-label={t('newName')}
        placeholder={t('newName')}
        value={name}
        onInput={({ currentTarget }) => setName(currentTarget.value)}
      />
      <button type="submit" disabled={!isName || (name !== '' && !may)} title={isName ? undefined : t('newNameHint')}>
        {t('newRules')}
      </button>
    </form>
  );
}
