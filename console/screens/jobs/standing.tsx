// Why a job stands as it does: what it is because of, who has paused it, who has seen it, and the alert that is open.
import { useOpenAlerts } from '../../attention.ts';
import { Ago, Time } from '../../parts/time.tsx';
import { Link, to } from '../../router/router.tsx';
import { useTexts, type Tell } from '../../text/language.ts';
import type { JobDetail, JobStatus } from './answers.ts';
import { isIll } from './status.ts';
import { jobsTexts } from './texts.ts';

export function Standing({ job }: { job: JobDetail }) {
  const t = useTexts(jobsTexts);
  const { data } = useOpenAlerts();
  const { acknowledged, because, paused, marks = [] } = job;
  const alert = data?.alerts.find(
    ({ kind, service, name, status }) =>
      status === 'firing' &&
      (kind === 'job' || kind === 'check') &&
      service === job.service &&
      (name === job.job || name === job.slug),
  );
  return (
    <>
      {isIll(job) ? (
        <div class={`note ${job.status === 'late' ? 'warn' : 'bad'}`}>
          <span>
            {saysOf(job.status, t)} <Ago at={job.since} /> (<Time at={job.since} />)
          </span>
          {because === undefined ? null : (
            <span>
              {t('because')} <Link to={to`/jobs/${because}`}>{because}</Link>
            </span>
          )}
          {alert ? <Link to={to`/alerts/${alert.id}`}>{alert.summary}</Link> : null}
        </div>
      ) : null}
      {acknowledged ? (
        <div class="note">
          <span>
            {t('seenBy', { by: acknowledged.by, reason: acknowledged.reason ?? '' })} <Ago at={acknowledged.at} />
          </span>
          {acknowledged.until === undefined ? null : (
            <span class="quiet">
              {t('until')} <Time at={acknowledged.until} />
            </span>
          )}
        </div>
      ) : null}
      {paused ? (
        <div class="note">
          <span>
            {t('pausedBy', { by: paused.by ?? t('somebody'), reason: paused.reason ?? '' })} <Ago at={paused.from} />
          </span>
          {paused.until === undefined ? null : (
            <span class="quiet">
              {t('until')} <Time at={paused.until} />
            </span>
          )}
        </div>
      ) : null}
      {marks.map(({ mark, reason }) => (
        <div key={mark} class="note warn">
          <strong>{t(`mark.${mark}`)}</strong> <span>{reason}</span>
        </div>
      ))}
    </>
  );
}

function saysOf(status: JobStatus, t: Tell<'says.late' | 'says.missed' | 'says.failed' | 'says.overrunning'>): string {
  if (status === 'late' || status === 'missed' || status === 'overrunning') return t(`says.${status}`);
  return t('says.failed');
}
