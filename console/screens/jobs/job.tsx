// One job or check: how it stands and why, what it is held to, how long it takes, when it comes next, and what happened to it.
import { useTitle } from '../../attention.ts';
import { path } from '../../api/client.ts';
import { useLive } from '../../api/live.ts';
import { Empty, Shown } from '../../parts/shown.tsx';
import { Link } from '../../router/router.tsx';
import { useTexts } from '../../text/language.ts';
import { Actions } from './actions.tsx';
import type { Check, EventsPage, JobDetail, RunsPage } from './answers.ts';
import { JobState } from './cells.tsx';
import { Durations } from './durations.tsx';
import { Facts, Follows } from './facts.tsx';
import { NextRuns } from './next.tsx';
import { PingAddress } from './ping-address.tsx';
import { Standing } from './standing.tsx';
import { Stream } from './stream.tsx';
import { eventsPath, RUNS_EVERY_MS, runsPath } from './paths.ts';
import { jobsTexts } from './texts.ts';

export function JobPage({ id }: { id: string }) {
  const t = useTexts(jobsTexts);
  const live = useLive<JobDetail>(path`/v1/jobs/${id}`);
  // What the parts of the page show is asked for beside it, not after it.
  useLive<EventsPage>(eventsPath(id));
  useLive<RunsPage>(runsPath(id), RUNS_EVERY_MS);
  useTitle(live.data?.job ?? t('jobs'));
  const gone = (
    <Empty title={t('gone')}>
      <Link to="/jobs">{t('showAll')}</Link>
    </Empty>
  );
  return (
    <>
      <nav class="crumbs" aria-label={t('where')}>
        <Link to="/jobs">{t('jobs')}</Link>
      </nav>
      <Shown of={live} missing={gone}>
        {(job) => <Page job={job} />}
      </Shown>
    </>
  );
}

function Page({ job }: { job: JobDetail }) {
  const t = useTexts(jobsTexts);
  // What to do stands here: a check has no runbook.
  const check = useLive<Check>(job.kind === 'check' ? path`/api/v3/checks/${job.id}` : undefined, 30_000);
  const desc = check.data?.desc ?? '';
  return (
    <>
      <div class="head">
        <h1>{job.job}</h1>
        <JobState status={job.status} />
        <span class="quiet">{t(job.kind === 'check' ? 'kind.check' : 'kind.declared')}</span>
        <Actions job={job} />
      </div>
      {desc === '' ? null : <p class="note said">{desc}</p>}
      <Standing job={job} />
      <div class="columns">
        <div class="stack">
          <Durations job={job} />
          <Stream job={job} />
        </div>
        <div class="stack beside">
          <NextRuns job={job} />
          <Facts job={job} />
          <Follows job={job} />
          {job.kind === 'check' ? <PingAddress job={job} /> : null}
        </div>
      </div>
    </>
  );
}
