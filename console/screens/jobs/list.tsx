// The list of jobs and checks: what is wrong first, found by text, state, service, tag and owner.
import { useMemo } from 'preact/hooks';
import { useTitle } from '../../attention.ts';
import { countOf } from '../../parts/number.ts';
import { useNarrow } from '../../parts/narrow.ts';
import { Empty, Shown } from '../../parts/shown.tsx';
import { Shape } from '../../parts/state.tsx';
import { Table, type Column } from '../../parts/table.tsx';
import { partsTexts } from '../../parts/texts.ts';
import { Link, useParam } from '../../router/router.tsx';
import { useMay } from '../../session/me.ts';
import { locale, useLanguage, useTexts } from '../../text/language.ts';
import type { Job } from './answers.ts';
import { durationsCell, lastRunCell, nameCell, nextCell, scheduleCell, statusCell } from './cells.tsx';
import { choicesOf, countsOf, fitting, ofStatuses } from './filter.ts';
import type { Told } from './schedule.ts';
import { useRoll, type Roll } from './roll.ts';
import { KIND_OF_JOB, STATUSES, urgencyOf } from './status.ts';
import { jobsTexts } from './texts.ts';

export function JobList() {
  const t = useTexts(jobsTexts);
  const roll = useRoll();
  const may = useMay();
  useTitle(t('jobs'));
  return (
    <>
      <div class="head">
        <h1>{t('jobs')}</h1>
        <div class="actions">
          {may('editor') ? (
            <Link class="button" to="/jobs/new">
              {t('newCheck')}
            </Link>
          ) : null}
        </div>
      </div>
      <Shown of={roll}>{(data) => <Listed roll={data} />}</Shown>
    </>
  );
}

function Listed({ roll: { jobs, complete } }: { roll: Roll }) {
  const t = useTexts(jobsTexts);
  const [text, setText] = useParam('text');
  const [status, setStatus] = useParam('status');
  const [service, setService] = useParam('service');
  const [tag, setTag] = useParam('tag');
  const [owner, setOwner] = useParam('owner');
  const [kind, setKind] = useParam('kind');
  const [sort, setSort] = useParam('sort', 'status');
  const choices = useMemo(() => choicesOf(jobs), [jobs]);
  const found = useMemo(
    () => fitting(jobs, { text, service, tag, owner, kind }),
    [jobs, text, service, tag, owner, kind],
  );
  const counts = useMemo(() => countsOf(found), [found]);
  const statuses = useMemo(() => status.split(',').filter((one) => one !== ''), [status]);
  const rows = useMemo(() => ofStatuses(found, statuses), [found, statuses]);
  const columns = useColumns();
  const toggle = (one: string) =>
    setStatus((statuses.includes(one) ? statuses.filter((other) => other !== one) : [...statuses, one]).join(','));
  if (complete && jobs.length === 0) {
    return (
      <Empty title={t('none')}>
        <span>{t('noneHint')}</span>
      </Empty>
    );
  }
  return (
    <>
      <div class="filters row" role="search" aria-label={t('filters')}>
        <input
          type="search"
          class="text"
          placeholder={t('find')}
          aria-label={t('find')}
          value={text}
          onInput={({ currentTarget }) => setText(currentTarget.value)}
        />
        <Choice label={t('service')} value={service} of={choices.services} onChoose={setService} />
        <Choice label={t('tag')} value={tag} of={choices.tags} onChoose={setTag} />
        <Choice label={t('owner')} value={owner} of={choices.owners} onChoose={setOwner} />
        <select aria-label={t('kind')} value={kind} onChange={({ currentTarget }) => setKind(currentTarget.value)}>
          <option value="">{t('kind.any')}</option>
          <option value="declared">{t('kind.declared')}</option>
          <option value="check">{t('kind.check')}</option>
        </select>
      </div>
      <div class="row" role="group" aria-label={t('statusFilter')}>
        {STATUSES.filter((one) => counts.has(one) || statuses.includes(one)).map((one) => (
          <button
            key={one}
            type="button"
            class={`chip ${KIND_OF_JOB[one]}`}
            aria-pressed={statuses.includes(one)}
            onClick={() => toggle(one)}
          >
            <Shape kind={KIND_OF_JOB[one]} />
            {t(`status.${one}`)} <span class="number">{countOf(counts.get(one) ?? 0)}</span>
          </button>
        ))}
        <span class="quiet number count" aria-live="polite">
          {t(complete ? 'shown' : 'arriving', { count: exactly(rows.length), all: exactly(jobs.length) })}
        </span>
      </div>
      <Table
        label={t('jobs')}
        columns={columns}
        rows={rows}
        rowKey={keyOf}
        sort={sort}
        onSort={setSort}
        minWidth={1120}
        empty={<NoneFit complete={complete} />}
      />
    </>
  );
}

const exactly = (count: number): string => count.toLocaleString(locale());

const keyOf = ({ id }: Job) => id;

function NoneFit({ complete }: { complete: boolean }) {
  const t = useTexts(jobsTexts);
  const p = useTexts(partsTexts);
  return complete ? (
    <Empty title={t('noneFit')}>
      <Link to="/jobs">{t('showAll')}</Link>
    </Empty>
  ) : (
    <Empty title={p('loading')} />
  );
}

interface ChoiceProps {
  label: string;
  value: string;
  of: readonly string[];
  onChoose: (value: string) => void;
}

function Choice({ label, value, of, onChoose }: ChoiceProps) {
  const t = useTexts(jobsTexts);
  if (of.length === 0 && value === '') return null;
  return (
    <select aria-label={label} value={value} onChange={({ currentTarget }) => onChoose(currentTarget.value)}>
      <option value="">{t('any', { label })}</option>
      {(of.includes(value) || value === '' ? of : [value, ...of]).map((one) => (
        <option key={one} value={one}>
          {one}
        </option>
      ))}
    </select>
  );
}

/** Without a time, at the end. */
const timeIn = (at: string | undefined): number => (at === undefined ? Infinity : Date.parse(at));

function useColumns(): readonly Column<Job>[] {
  const t = useTexts(jobsTexts);
  const language = useLanguage();
  const isNarrow = useNarrow();
  // The texts are those of the language: nothing else makes other columns.
  return useMemo(() => columnsOf(t, isNarrow), [language, isNarrow]);
}

/** On a telephone what is wrong, with what, and since when stands in sight; the rest is beside it. */
function columnsOf(t: Told, isNarrow: boolean): readonly Column<Job>[] {
  const schedule: Column<Job> = {
    ...{ key: 'schedule', title: t('schedule'), width: 'minmax(170px, 1.1fr)' },
    cell: (row) => scheduleCell(row, t),
  };
  return [
    {
      ...{ key: 'status', title: t('status'), width: isNarrow ? '118px' : '150px' },
      cell: (row) => statusCell(row, t),
      by: urgencyOf,
    },
    {
      ...{ key: 'job', title: t('job'), width: isNarrow ? '126px' : 'minmax(260px, 2.4fr)' },
      cell: (row) => nameCell(row, t),
      by: (row) => row.job,
    },
    ...(isNarrow ? [] : [schedule]),
    {
      ...{ key: 'last', title: t('lastRun'), width: '190px' },
      cell: (row) => lastRunCell(row, t),
      by: (row) => -timeIn(row.lastRun?.startedAt),
    },
    {
      ...{ key: 'took', title: t('durations'), width: '124px' },
      cell: (row) => durationsCell(row, t),
      by: (row) => row.recentMs?.at(-1) ?? 0,
    },
    {
      ...{ key: 'next', title: t('next'), width: '130px' },
      cell: (row) => nextCell(row, t),
      by: (row) => timeIn(row.nextExpectedAt),
    },
    ...(isNarrow ? [schedule] : []),
    { key: 'owner', title: t('owner'), width: '130px', cell: (row) => row.owner ?? '', by: (row) => row.owner ?? '' },
  ];
}
