// What was published, by whom and why; what differs between any two revisions; and going back to one.
import { useEffect, useRef, useState } from 'preact/hooks';
import { get, queryOf, send } from '../../api/client.ts';
import { refreshed, useLive } from '../../api/live.ts';
import { tellDone, useAct } from '../../parts/feedback.tsx';
import { useNarrow } from '../../parts/narrow.ts';
import { Empty, Shown } from '../../parts/shown.tsx';
import { State, type Kind } from '../../parts/state.tsx';
import { Table, type Column } from '../../parts/table.tsx';
import { partsTexts } from '../../parts/texts.ts';
import { Time } from '../../parts/time.tsx';
import { useParam } from '../../router/router.tsx';
import { useMay } from '../../session/me.ts';
import { useTexts } from '../../text/language.ts';
import type { Diff, Published, Revision, Revisions } from './answers.ts';
import { Changes } from './changes.tsx';
import { Decide, type Decided } from './decide.tsx';
import type { Subject } from './subject.ts';
import { rulesTexts } from './texts.ts';

const STATES: Readonly<Record<Revision['state'], Kind>> = {
  current: 'ok',
  gray: 'held',
  aborted: 'off',
  past: 'off',
  removal: 'warn',
};

const STATE_TEXTS = {
  current: 'inForceState',
  gray: 'gray.running',
  aborted: 'gray.aborted',
  past: 'past',
  removal: 'rulesRemoved',
} as const;

/** On a phone what one comes for is in sight; the rest is reached by scrolling. */
const NARROW = ['revision', 'state', 'go', 'note', 'at', 'author', 'from', 'to'];

export function History({ subject }: { subject: Subject }) {
  const t = useTexts(rulesTexts);
  const tp = useTexts(partsTexts);
  const narrow = useNarrow();
  const first = useLive<Revisions>(`${subject.api}/revisions?limit=50`, 10_000);
  const [older, setOlder] = useState<readonly Revisions[]>([]);
  const [busy, run] = useAct();
  const [from, setFrom] = useParam('from');
  const [to, setTo] = useParam('to');
  const inForce = first.data?.revisions.find(({ state }) => state === 'current')?.revision;
  const cursor = older.length > 0 ? older.at(-1)?.cursor : first.data?.cursor;
  const columns: readonly Column<Revision>[] = [
    {
      key: 'from',
      title: t('from'),
      width: '72px',
      cell: ({ revision }) => (
        <Pick
          name="from"
          label={`${t('from')} ${String(revision)}`}
          value={String(revision)}
          chosen={from === 'published' ? String(inForce) : from}
          onChoose={setFrom}
        />
      ),
    },
    {
      key: 'to',
      title: t('to'),
      width: '72px',
      cell: ({ revision }) => (
        <Pick
          name="to"
          label={`${t('to')} ${String(revision)}`}
          value={String(revision)}
          chosen={to}
          onChoose={setTo}
        />
      ),
    },
    {
      key: 'revision',
      title: narrow ? '#' : t('revision'),
      width: narrow ? '48px' : '90px',
      end: true,
      cell: ({ revision }) => revision,
    },
    {
      key: 'state',
      title: t('state'),
      width: narrow ? '112px' : '140px',
      cell: ({ state }) => <State kind={STATES[state]}>{t(STATE_TEXTS[state])}</State>,
    },
    { key: 'at', title: t('publishedAt'), width: '170px', cell: ({ publishedAt }) => <Time at={publishedAt} /> },
    { key: 'author', title: t('author'), width: 'minmax(100px, 1fr)', cell: ({ author }) => author },
    {
      key: 'note',
      title: t('note'),
      width: 'minmax(160px, 3fr)',
      cell: ({ note }) => <span title={note}>{note}</span>,
    },
    {
      key: 'go',
      title: '',
      width: '150px',
      cell: ({ revision, state }) =>
        state === 'current' || state === 'removal' ? null : (
          <button
            type="button"
            class="plain"
            onClick={() => {
              setFrom('published');
              setTo(String(revision));
            }}
          >
            {t('rollBackTo', { to: revision })}…
          </button>
        ),
    },
  ];
  const rows = [...(first.data?.revisions ?? []), ...older.flatMap((page) => page.revisions)];
  return (
    <div class="history">
      <Shown of={first}>
        {() => (
          <>
            <Table
              label={t('history')}
              columns={narrow ? NARROW.flatMap((key) => columns.filter((one) => one.key === key)) : columns}
              rows={rows}
              rowKey={({ revision }) => String(revision)}
              minWidth={900}
              empty={<Empty title={t('nothingPublished')} />}
            />
            {cursor === undefined ? null : (
              <button
                type="button"
                disabled={busy}
                onClick={() =>
                  void run(async () => {
                    const page = await get<Revisions>(`${subject.api}/revisions${queryOf({ limit: 50, cursor })}`);
                    setOlder([...older, page]);
                  })
                }
              >
                {tp('more')}
              </button>
            )}
            {from !== '' && to !== '' ? (
              <Between
                key={`${from} ${to}`}
                {...{ subject, from, to, inForce }}
                target={rows.find(({ revision }) => String(revision) === to)}
              />
            ) : (
              <p class="quiet">{t('pickTwo')}</p>
            )}
          </>
        )}
      </Shown>
    </div>
  );
}

interface PickProps {
  name: string;
  label: string;
  value: string;
  chosen: string;
  onChoose: (value: string) => void;
}

function Pick({ name, label, value, chosen, onChoose }: PickProps) {
  return (
    <input
      type="radio"
      name={`revision-${name}`}
      aria-label={label}
      checked={chosen === value}
      onChange={() => onChoose(value)}
    />
  );
}

interface BetweenProps {
  subject: Subject;
  from: string;
  to: string;
  /** The revision that is. */
  inForce: number | undefined;
  target: Revision | undefined;
}

function Between({ subject, from, to, inForce, target }: BetweenProps) {
  const t = useTexts(rulesTexts);
  const section = useRef<HTMLElement>(null);
  const diff = useLive<Diff>(`${subject.api}/diff${queryOf({ from, to })}`, 10_000);
  const named = (version: string) => (version === 'published' ? t('inForceState') : version);
  const isBack = from === 'published' && to !== String(inForce) && /^\d+$/.test(to);
  // Whoever asked to go back, maybe from a row far above, is led to it.
  useEffect(() => {
    if (!isBack) return;
    section.current?.focus({ preventScroll: true });
    section.current?.scrollIntoView();
  }, []);
  return (
    <section ref={section} class="card" tabIndex={-1} aria-label={t('differences')}>
      <h2>{`${named(from)} → ${named(to)}`}</h2>
      {target ? (
        <p class="quiet">
          {target.author} · <Time at={target.publishedAt} /> {target.note === '' ? null : <q>{target.note}</q>}
        </p>
      ) : null}
      <Shown of={diff}>
        {({ changes }) => (
          <>
            <Changes changes={changes} />
            {isBack && changes.length > 0 ? <RollBack subject={subject} to={Number(to)} /> : null}
          </>
        )}
      </Shown>
    </section>
  );
}

/** Beneath what it would change, and nowhere else. */
function RollBack({ subject, to }: { subject: Subject; to: number }) {
  const t = useTexts(rulesTexts);
  const tp = useTexts(partsTexts);
  const may = useMay()(subject.publishes, subject.isBaseline ? undefined : subject.name);

  async function rollBack(decided: Decided): Promise<void> {
    const { revision } = await send<Published>('POST', `${subject.api}/rollback`, { to, ...decided });
    tellDone(t('inForce', { revision }));
    await Promise.all([refreshed(subject.api), refreshed('/v1/services')]);
  }

  const why = may ? undefined : tp('mayNot', { role: subject.publishes });
  return (
    <>
      <p class="quiet">{t('rollBackHint')}</p>
      <Decide act={t('rollBackTo', { to })} why={why} needsNote onDo={rollBack} />
    </>
  );
}
