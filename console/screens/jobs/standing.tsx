// Why a job stands as it does: what it is because of, who has paused it, who has seen it, and the alert that is open.
import { path } from '../../api/client.ts';
import { useLive } from '../../api/live.ts';
import { useOpenAlerts } from '../../attention.ts';
import { AlertState, Told, Waits } from '../../parts/alert-row.tsx';
import { State } from '../../parts/state.tsx';
import { Ago, Time } from '../../parts/time.tsx';
import { Link, to } from '../../router/router.tsx';
import { useTexts, type Tell } from '../../text/language.ts';
import type { AlertOfJob, JobDetail, JobStatus, RunsPage } from './answers.ts';
import { withReason } from './cells.tsx';
import { RUNS_EVERY_MS, runsPath } from './paths.ts';
import { isIll } from './status.ts';
import { jobsTexts } from './texts.ts';
import { whyOf } from './why.ts';

const ALERT_EVERY_MS = 5_000;

export function Standing({ job }: { job: JobDetail }) {
  const t = useTexts(jobsTexts);
  const { acknowledged, paused, marks = [] } = job;
  return (
    <>
      {isIll(job) ? <Ill job={job} /> : null}
      {acknowledged ? (
        <div class="note">
          <span>
            {withReason(t('seenBy', { by: acknowledged.by }), acknowledged.reason, t)} · <Ago at={acknowledged.at} />
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
            {withReason(t('pausedBy', { by: paused.by ?? t('somebody') }), paused.reason, t)} · <Ago at={paused.from} />
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

/** What is wrong and why, whom it keeps waiting, and who has been told or when they are. */
function Ill({ job }: { job: JobDetail }) {
  const t = useTexts(jobsTexts);
  const { id, kind, service, status, since, because } = job;
  const key = kind === 'check' ? `check/${service}/${id}` : `job/${service}/${job.job}`;
  const alert = useOpenAlerts().data?.alerts.find((one) => one.key === key && one.status === 'firing');
  const told = useLive<AlertOfJob>(alert && path`/v1/alerts/${alert.id}`, ALERT_EVERY_MS).data;
  const runs = useLive<RunsPage>(runsPath(id), RUNS_EVERY_MS).data?.runs;
  const why = whyOf(job, told?.exception, runs);
  return (
    <div class={`note ${status === 'late' ? 'warn' : 'bad'}`}>
      <span>
        <strong>{saysOf(status, t)}</strong> <Ago at={since} /> (<Time at={since} />)
      </span>
      {because === undefined ? null : (
        <span>
          {t('because')} <Link to={to`/jobs/${because}`}>{because}</Link>
        </span>
      )}
      {told?.blocks ? <State kind="bad">{t('blocks', { names: told.blocks.join(', ') })}</State> : null}
      {why.length === 0 ? null : (
        <pre tabIndex={0} aria-label={t('exception')}>
          {why.join('\n')}
        </pre>
      )}
      {alert ? (
        <>
          <AlertState alert={alert} />
          <Link to={to`/alerts/${alert.id}`} lang="en">
            {alert.summary}
          </Link>
          <span class="quiet">
            <Told alert={alert} />
          </span>
          <Waits alert={alert} />
        </>
      ) : null}
    </div>
  );
}

function saysOf(status: JobStatus, t: Tell<'says.late' | 'says.missed' | 'says.failed' | 'says.overrunning'>): string {
  if (status === 'late' || status === 'missed' || status === 'overrunning') return t(`says.${status}`);
  return t('says.failed');
}
