// One line of the stream.
import type { ComponentChildren } from 'preact';
import { Shape, type Kind } from '../../parts/state.tsx';
import { durationOf, Time } from '../../parts/time.tsx';
import { Link, to, useParam } from '../../router/router.tsx';
import { useMay } from '../../session/me.ts';
import { useTexts } from '../../text/language.ts';
import { countOf } from '../../parts/number.ts';
import type { AlertStep, JobDetail, JobEvent, Ping, Run } from './answers.ts';
import { JobState } from './cells.tsx';
import { RunDetails } from './run.tsx';
import { KIND_OF_JOB, KIND_OF_RUN } from './status.ts';
import { jobsTexts } from './texts.ts';

export function EventRow({ event, job }: { event: JobEvent; job: JobDetail }) {
  switch (event.type) {
    case 'run':
      return <RunRow at={event.at} run={event.run} />;
    case 'ping':
      return <PingRow at={event.at} ping={event.ping} job={job} />;
    case 'change':
      return (
        <Row at={event.at} type="change" kind={KIND_OF_JOB[event.to]}>
          <JobState status={event.from} /> <span aria-hidden="true">→</span> <JobState status={event.to} />
        </Row>
      );
    case 'alert':
      return <AlertRow at={event.at} step={event.alert} />;
  }
}

interface RowProps {
  at: string;
  type: JobEvent['type'];
  kind: Kind;
  children: ComponentChildren;
}

function Row({ at, type, kind, children }: RowProps) {
  const t = useTexts(jobsTexts);
  return (
    <li class={`event ${type}`} data-type={type}>
      <span class="at number">
        <Time at={at} />
      </span>
      <span class={`sign ${kind}`}>
        <Shape kind={kind} />
      </span>
      <span class="type quiet">{t(`one.${type}`)}</span>
      <div class="what">{children}</div>
    </li>
  );
}

function RunRow({ at, run }: { at: string; run: Run }) {
  const t = useTexts(jobsTexts);
  const [open, setOpen] = useParam('run');
  const { status, durationMs, error, reason, counts, progress, startedBy, marks = [], scheduledAt } = run;
  const isMissed = status === 'missed';
  const words = [
    durationMs === undefined ? undefined : durationOf(durationMs),
    startedBy ? t('startedBy', { by: startedBy.by }) : undefined,
    progress && status === 'running' ? `${countOf(progress.done)}${progress.of === undefined ? '' : ` / ${countOf(progress.of)}`}` : undefined, // prettier-ignore
    counts ? countsIn(counts, t) : undefined,
    ...marks.map(({ mark }) => t(`mark.${mark}`)),
  ].filter((word) => word !== undefined && word !== '');
  const summary = (
    <>
      <strong class={`word ${KIND_OF_RUN[status]}`}>{t(`run.${status}`)}</strong>
      {isMissed && scheduledAt !== undefined ? (
        <span>
          {t('slotOf')} <Time at={scheduledAt} />
        </span>
      ) : null}
      {words.map((word) => (
        <span key={word} class="number">
          {word}
        </span>
      ))}
      {error ? <code class="error">{`${error.name}: ${error.message}`}</code> : null}
      {reason === undefined ? null : <span>{reason}</span>}
    </>
  );
  return (
    <Row at={at} type="run" kind={KIND_OF_RUN[status]}>
      {isMissed ? (
        summary
      ) : (
        <details
          open={open === run.run}
          onToggle={({ currentTarget }) => {
            if (currentTarget.open && open !== run.run) setOpen(run.run);
            if (!currentTarget.open && open === run.run) setOpen('');
          }}
        >
          <summary>{summary}</summary>
          {open === run.run ? <RunDetails run={run} /> : null}
        </details>
      )}
    </Row>
  );
}

function countsIn(counts: NonNullable<Run['counts']>, t: (key: 'read' | 'written_' | 'failedCount') => string): string {
  const { read = 0, written = 0, failed = 0 } = counts;
  if (read + written + failed === 0) return '';
  return [
    `${t('read')} ${countOf(read)}`,
    `${t('written_')} ${countOf(written)}`,
    ...(failed > 0 ? [`${t('failedCount')} ${countOf(failed)}`] : []),
  ].join(', ');
}

const KIND_OF_PING: Readonly<Record<Ping['kind'], Kind>> = {
  success: 'ok',
  start: 'unknown',
  fail: 'bad',
  log: 'off',
  ign: 'off',
};

function PingRow({ at, ping, job }: { at: string; ping: Ping; job: JobDetail }) {
  const t = useTexts(jobsTexts);
  const may = useMay();
  const [, setPing] = useParam('ping');
  const { n, kind, durationMs, exitStatus, bodySize, run } = ping;
  return (
    <Row at={at} type="ping" kind={KIND_OF_PING[kind]}>
      <strong class={`word ${KIND_OF_PING[kind]}`}>{t(`ping.${kind}`)}</strong>
      <span class="quiet number">#{n}</span>
      {durationMs === undefined ? null : <span class="number">{durationOf(durationMs)}</span>}
      {exitStatus === undefined ? null : <span>{t('exitStatus', { status: exitStatus })}</span>}
      {run === undefined ? null : <code class="quiet rid">{run}</code>}
      {bodySize > 0 ? (
        <button type="button" class="plain" disabled={!may('editor', job.service)} onClick={() => setPing(String(n))}>
          {t('body', { size: sizeOf(bodySize) })}
        </button>
      ) : null}
    </Row>
  );
}

export const sizeOf = (bytes: number): string =>
  bytes < 1_000 ? `${String(bytes)} B` : `${(bytes / 1_000).toFixed(bytes < 10_000 ? 1 : 0)} kB`;

const KIND_OF_STEP: Readonly<Record<string, Kind>> = {
  fired: 'bad',
  reopened: 'bad',
  resolved: 'ok',
  sent: 'ok',
  held: 'held',
  failed: 'warn',
  dead: 'bad',
};

function AlertRow({ at, step }: { at: string; step: AlertStep }) {
  const t = useTexts(jobsTexts);
  const { id, what, channel, detail } = step;
  const word = isStep(what) ? t(`alert.${what}`) : what;
  return (
    <Row at={at} type="alert" kind={KIND_OF_STEP[what] ?? 'off'}>
      <Link to={to`/alerts/${id}`}>{word}</Link>
      {channel === undefined ? null : <code>{channel}</code>}
      <span>{detail}</span>
    </Row>
  );
}

const STEPS = ['fired', 'changed', 'limited', 'resolved', 'reopened', 'acknowledged', 'unacknowledged', 'send-now', 'held', 'released', 'decided', 'sent', 'failed', 'dead', 'dropped', 'retried'] as const; // prettier-ignore
const isStep = (what: string): what is (typeof STEPS)[number] => (STEPS as readonly string[]).includes(what);
