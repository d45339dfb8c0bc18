// What a job is held to, and which jobs wait for which.
import type { ComponentChildren } from 'preact';
import { FactList } from '../../parts/facts.tsx';
import { Link, to } from '../../router/router.tsx';
import { useTexts } from '../../text/language.ts';
import type { JobDetail } from './answers.ts';
import { spanWords, useSchedule } from './schedule.ts';
import { jobsTexts } from './texts.ts';

export function Facts({ job }: { job: JobDetail }) {
  const t = useTexts(jobsTexts);
  const schedule = useSchedule(job);
  const span = (written: string | undefined) => (written === undefined ? undefined : spanWords(written));
  const expected = Object.entries(job.expect ?? {}).flatMap(([what, { atLeast, atMost }]) => [
    ...(atLeast === undefined ? [] : [`${what} ≥ ${String(atLeast)}`]),
    ...(atMost === undefined ? [] : [`${what} ≤ ${String(atMost)}`]),
  ]);
  const facts: [string, ComponentChildren][] = [
    [t('service'), <Link to={to`/services/${job.service}`}>{job.service}</Link>],
    [t('owner'), job.owner],
    [t('schedule'), schedule.zone === undefined ? schedule.said : `${schedule.said} · ${schedule.zone}`],
    [t('written'), schedule.isWritten || job.schedule === undefined ? undefined : <code>{job.schedule}</code>],
    [t(job.kind === 'check' ? 'grace' : 'startDeadline'), span(job.startDeadline)],
    [t('maxRuntime'), span(job.maxRuntime)],
    [t('minRuntime'), span(job.minRuntime)],
    [t('finishBy'), job.finishBy],
    [t('noHeartbeatFor'), span(job.noHeartbeatFor)],
    [t('failures'), job.failures],
    [t('notMoreThan'), job.notMoreThan],
    [t('overlap'), job.overlap === 'forbid' ? t('overlap.forbid') : undefined],
    [t('anomaly'), job.duration?.anomaly],
    [t('expect'), expected.length === 0 ? undefined : expected.join(', ')],
    [t('function'), job.function === undefined ? undefined : <code>{job.function}</code>],
    [t('slug'), job.slug === undefined ? undefined : <code>{job.slug}</code>],
    [t('told'), job.channels && (job.channels.join(', ') || t('toldNobody'))],
    [t('tags'), job.tags && job.tags.length > 0 ? job.tags.join(', ') : undefined],
  ];
  return (
    <section class="card" aria-labelledby="jobs-facts">
      <h2 id="jobs-facts">{t('terms')}</h2>
      <FactList facts={facts} />
    </section>
  );
}

/** What it waits for, what waits for it, and what is paused while it runs. */
export function Follows({ job }: { job: JobDetail }) {
  const t = useTexts(jobsTexts);
  const { after = [], awaitedBy = [], pausing = [], blocking } = job;
  if (after.length + awaitedBy.length + pausing.length === 0 && !blocking) return null;
  const inFull = (name: string) => (name.includes(':') ? name : `${job.service}:${name}`);
  return (
    <section class="card" aria-labelledby="jobs-follows">
      <h2 id="jobs-follows">{t('follows')}</h2>
      {blocking ? <p>{t('blockingHint')}</p> : null}
      <Others title={t('waitsFor')} ids={after.map(inFull)} />
      <Others title={t('awaitedBy')} ids={awaitedBy} />
      {pausing.length === 0 ? null : (
        <div>
          <h3>{t('pausing')}</h3>
          <ul class="plain">
            {pausing.map((resource) => (
              <li key={resource}>
                <Link to={`${to`/services/${job.service}`}?resource=${encodeURIComponent(resource)}`}>{resource}</Link>
              </li>
            ))}
          </ul>
        </div>
      )}
    </section>
  );
}

function Others({ title, ids }: { title: string; ids: readonly string[] }) {
  if (ids.length === 0) return null;
  return (
    <div>
      <h3>{title}</h3>
      <ul class="plain">
        {ids.map((id) => (
          <li key={id}>
            <Link to={to`/jobs/${id}`}>{id}</Link>
          </li>
        ))}
      </ul>
    </div>
  );
}
