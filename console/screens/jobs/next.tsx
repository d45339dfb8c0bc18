// The next five runs of a job, by its own clock and by the viewer's.
import { path } from '../../api/client.ts';
import { useLive } from '../../api/live.ts';
import { Shown } from '../../parts/shown.tsx';
import { useTexts } from '../../text/language.ts';
import type { JobDetail } from './answers.ts';
import { nextCell } from './cells.tsx';
import { Moments } from './moments.tsx';
import { jobsTexts } from './texts.ts';

export function NextRuns({ job }: { job: JobDetail }) {
  const t = useTexts(jobsTexts);
  const live = useLive<{ readonly next: readonly string[] }>(`${path`/v1/jobs/${job.id}/next`}?count=5`, 10_000);
  return (
    <section class="card" aria-labelledby="jobs-next">
      <h2 id="jobs-next">{t('nextRuns')}</h2>
      <Shown of={live}>
        {({ next: [first, ...later] }) =>
          first === undefined ? (
            <p class="quiet">{t(nothingOf(job))}</p>
          ) : (
            <>
              {job.status === 'new' ? <p>{t('watchedFrom')}</p> : null}
              <p class="countdown">{nextCell({ nextExpectedAt: job.nextExpectedAt ?? first }, t)}</p>
              <Moments at={[first, ...later]} timezone={job.timezone} />
            </>
          )
        }
      </Shown>
    </section>
  );
}

/** Why there are none: what is waited for without an hour is waited for all the same. */
function nothingOf({ kind, status, schedule }: JobDetail): 'watchedFrom' | 'anyPing' | 'nothingExpected' {
  if (kind !== 'check' || schedule !== undefined || status === 'paused') return 'nothingExpected';
  return status === 'new' ? 'watchedFrom' : 'anyPing';
}
