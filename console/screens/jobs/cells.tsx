// What a row of the list says: the state, the schedule in words, the last run, how long runs took, and the next one.
import { Spark } from '../../parts/spark.tsx';
import { Shape, State } from '../../parts/state.tsx';
import { Ago, Countdown, durationOf } from '../../parts/time.tsx';
import { Link, to } from '../../router/router.tsx';
import { useTexts } from '../../text/language.ts';
import type { Job, JobStatus, RunStatus } from './answers.ts';
import { scheduleOf, type Told } from './schedule.ts';
import { KIND_OF_JOB, KIND_OF_RUN } from './status.ts';
import { jobsTexts } from './texts.ts';

export function JobState({ status }: { status: JobStatus }) {
  const t = useTexts(jobsTexts);
  return <State kind={KIND_OF_JOB[status]}>{t(`status.${status}`)}</State>;
}

export function RunState({ status }: { status: RunStatus }) {
  const t = useTexts(jobsTexts);
  return <State kind={KIND_OF_RUN[status]}>{t(`run.${status}`)}</State>;
}

/** An alert may be acknowledged without one. */
export const withReason = (said: string, reason: string | undefined, t: Told): string =>
  reason === undefined || reason === '' ? said : t('withReason', { said, reason });

// Cells are made by functions with texts at hand: where rows come and go by the dozen, each hook of theirs is felt.

export const statusCell = ({ acknowledged, status, unreadable }: Job, t: Told) => (
  <>
    {unreadable ? (
      <State kind="unknown">{t('unreadable')}</State>
    ) : (
      <State kind={KIND_OF_JOB[status]}>{t(`status.${status}`)}</State>
    )}
    {acknowledged ? (
      <span class="seen" title={withReason(t('seenBy', { by: acknowledged.by }), acknowledged.reason, t)}>
        {t('seen')}
      </span>
    ) : null}
  </>
);

export const nameCell = ({ id, job, service, tags = [], blocking }: Job, t: Told) => (
  <span class="name" title={[`${service}:${job}`, ...tags].join(' · ')}>
    <Link to={to`/jobs/${id}`}>{job}</Link>
    <span class="of quiet">{service}</span>
    <span class="tags">
      {blocking ? <span class="tag strong">{t('blocking')}</span> : null}
      {tags.map((tag) => (
        <span key={tag} class="tag">
          {tag}
        </span>
      ))}
    </span>
  </span>
);

export function scheduleCell(job: Job, t: Told) {
  const { said, isWritten, written, zone } = scheduleOf(job, t);
  return (
    <span title={written}>
      {isWritten ? <code>{said}</code> : said}
      {zone === undefined ? null : <span class="quiet"> {zone}</span>}
    </span>
  );
}

export function lastRunCell({ lastRun }: Job, t: Told) {
  if (!lastRun) return <span class="quiet">–</span>;
  const { status, startedAt, endedAt } = lastRun;
  const tookMs = endedAt === undefined ? undefined : Date.parse(endedAt) - Date.parse(startedAt);
  return (
    <span class={`last ${KIND_OF_RUN[status]}`}>
      <Shape kind={KIND_OF_RUN[status]} />
      <span class="unseen">{t(`run.${status}`)}</span>
      <span class="when" title={t(`run.${status}`)}>
        {endedAt === undefined ? t('running') : null} <Ago at={endedAt ?? startedAt} />
      </span>
      {tookMs === undefined || tookMs <= 0 ? null : <span class="quiet number">{durationOf(tookMs)}</span>}
    </span>
  );
}

export function durationsCell({ recentMs = [] }: Job, t: Told) {
  const last = recentMs.at(-1);
  if (last === undefined) return <span class="quiet">–</span>;
  return <Spark values={recentMs} label={t('sparkLabel', { count: recentMs.length, last: durationOf(last) })} />;
}

/** When it is expected: counted down, then for how long it has been waited for. */
export function nextCell({ nextExpectedAt }: Pick<Job, 'nextExpectedAt'>, t: Told) {
  if (nextExpectedAt === undefined) return <span class="quiet">–</span>;
  const overdue = (
    <span class="overdue">
      {t('expected')} <Ago at={nextExpectedAt} />
    </span>
  );
  return <Countdown to={nextExpectedAt} due={overdue} />;
}
