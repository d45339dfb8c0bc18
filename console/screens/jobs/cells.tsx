// What a row of the list says: the state, the schedule in words, the last run, how long runs took, and the next one.
import { useNow } from '../../clock.ts';
import { Spark } from '../../parts/spark.tsx';
import { Shape, State } from '../../parts/state.tsx';
import { Ago, Countdown, durationOf } from '../../parts/time.tsx';
import { Link, to } from '../../router/router.tsx';
import { useTexts } from '../../text/language.ts';
import type { Job, JobStatus, RunStatus } from './answers.ts';
import { useSchedule } from './schedule.ts';
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

export function StatusCell({ job }: { job: Job }) {
  const t = useTexts(jobsTexts);
  const { acknowledged, status } = job;
  return (
    <>
      <JobState status={status} />
      {acknowledged ? (
        <span class="seen" title={t('seenBy', { by: acknowledged.by, reason: acknowledged.reason ?? '' })}>
          {t('seen')}
        </span>
      ) : null}
    </>
  );
}

export function NameCell({ job: { id, job, service, tags = [], blocking } }: { job: Job }) {
  const t = useTexts(jobsTexts);
  return (
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
}

export function ScheduleCell({ job }: { job: Job }) {
  const words = useSchedule(job);
  return (
    <span title={words.written}>
      {words.isWritten ? <code>{words.said}</code> : words.said}
      {words.zone === undefined ? null : <span class="quiet"> {words.zone}</span>}
    </span>
  );
}

export function LastRunCell({ job: { lastRun } }: { job: Job }) {
  const t = useTexts(jobsTexts);
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

export function DurationsCell({ job: { recentMs = [] } }: { job: Job }) {
  const t = useTexts(jobsTexts);
  const last = recentMs.at(-1);
  if (last === undefined) return <span class="quiet">–</span>;
  return <Spark values={recentMs} label={t('sparkLabel', { count: recentMs.length, last: durationOf(last) })} />;
}

/** When it is expected: counted down, or for how long it has been waited for. */
export function NextCell({ job: { nextExpectedAt } }: { job: Job }) {
  const t = useTexts(jobsTexts);
  const present = useNow();
  if (nextExpectedAt === undefined) return <span class="quiet">–</span>;
  const at = Date.parse(nextExpectedAt);
  if (at > present) return <Countdown to={at} />;
  return (
    <span class="overdue">
      {t('expected')} <Ago at={at} />
    </span>
  );
}
