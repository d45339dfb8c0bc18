// Jobs and checks as lines of a list, where no alert tells of them.
import { alertTexts } from '../../parts/alert-texts.ts';
import { State, type Kind } from '../../parts/state.tsx';
import { Ago } from '../../parts/time.tsx';
import { Link, to } from '../../router/router.tsx';
import { tell, useTexts } from '../../text/language.ts';
import type { Job } from './answers.ts';
import { nowTexts } from './texts.ts';

export function FailingJobs({ jobs }: { jobs: readonly Job[] }) {
  const t = useTexts(nowTexts);
  return (
    <>
      {jobs.map((job) => (
        <JobRow key={job.id} job={job} kind="bad" note={t('noAlertYet')} />
      ))}
    </>
  );
}

export function JobRow({
  job: { id, service, job, owner, status, since },
  kind,
  note,
}: {
  job: Job;
  kind: Kind;
  note: string;
}) {
  const t = useTexts(nowTexts);
  const word =
    status === 'failed' || status === 'missed' || status === 'overrunning' || status === 'late' ? status : 'other';
  return (
    <li>
      <State kind={kind}>{t(`job.${word}`)}</State>
      <div class="what">
        <Link to={to`/jobs/${id}`}>{job}</Link>
        <span class="quiet">
          <bdi>{service}</bdi> · <bdi>{owner ?? tell(alertTexts, 'nobodys')}</bdi> · {note} · <Ago at={since} />
        </span>
      </div>
    </li>
  );
}
