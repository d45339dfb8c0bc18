// What happened to a job, newest first: its runs, pings, changes of state and alerts, each day under its date.
import { useEffect, useMemo, useState } from 'preact/hooks';
import { get } from '../../api/client.ts';
import { useLive } from '../../api/live.ts';
import { useAct } from '../../parts/feedback.tsx';
import { Empty, Shown } from '../../parts/shown.tsx';
import { partsTexts } from '../../parts/texts.ts';
import { useParam } from '../../router/router.tsx';
import { useTexts } from '../../text/language.ts';
import type { EventsPage, JobDetail, JobEvent, RunsPage } from './answers.ts';
import { EventRow } from './event.tsx';
import { EVENT_TYPES, keyOf, ofTypes, withNewest, withOlder, withOpenRuns } from './events.ts';
import { eventsPath, RUNS_EVERY_MS, runsPath } from './paths.ts';
import { PingBody } from './ping-body.tsx';
import { jobsTexts } from './texts.ts';

interface Known {
  readonly events: readonly JobEvent[];
  /** Of what lies behind; undefined when nothing does. */
  readonly cursor: string | undefined;
}

export function Stream({ job }: { job: JobDetail }) {
  const t = useTexts(jobsTexts);
  const p = useTexts(partsTexts);
  const address = eventsPath(job.id);
  const live = useLive<EventsPage>(address);
  const runs = useLive<RunsPage>(job.kind === 'check' ? runsPath(job.id) : undefined, RUNS_EVERY_MS);
  const [known, setKnown] = useState<Known>({ events: [], cursor: undefined });
  const [show, setShow] = useParam('show');
  const [busy, run] = useAct();
  const newest = live.data;
  useEffect(() => {
    if (!newest) return;
    setKnown((was) => {
      const { events, meets } = withNewest(was.events, newest.events);
      const isMore = was.events.length > newest.events.length && meets;
      return { events, cursor: isMore ? was.cursor : newest.cursor };
    });
  }, [newest]);
  const types = useMemo(() => show.split(',').filter((one) => one !== ''), [show]);
  const { events, cursor } = known;
  const all = useMemo(
    () => withOpenRuns(events, runs.data?.runs ?? [], cursor === undefined),
    [events, runs.data, cursor],
  );
  const shown = useMemo(() => ofTypes(all, types), [all, types]);
  const present = new Set(all.map(({ type }) => type));
  const more = () =>
    run(async () => {
      const page = await get<EventsPage>(`${address}&cursor=${encodeURIComponent(cursor ?? '')}`);
      setKnown((was) => ({ events: withOlder(was.events, page.events), cursor: page.cursor }));
    });
  const toggle = (type: string) =>
    setShow((types.includes(type) ? types.filter((one) => one !== type) : [...types, type]).join(','));
  return (
    <section class="card" aria-labelledby="jobs-stream">
      <div class="row">
        <h2 id="jobs-stream">{t('happened')}</h2>
        <div class="row types" role="group" aria-label={t('typeFilter')}>
          {EVENT_TYPES.filter((type) => present.has(type) || types.includes(type)).map((type) => (
            <button
              key={type}
              type="button"
              class="chip"
              aria-pressed={types.includes(type)}
              onClick={() => toggle(type)}
            >
              {t(`type.${type}`)}
            </button>
          ))}
        </div>
      </div>
      <Shown of={live}>
        {() =>
          shown.length === 0 && cursor === undefined ? (
            <Empty title={t(all.length === 0 ? 'nothingYet' : 'noneFit')} />
          ) : (
            <>
              <ol class="events">
                {shown.map((event) => (
                  <EventRow key={keyOf(event)} event={event} job={job} />
                ))}
              </ol>
              {cursor === undefined ? null : (
                <div>
                  <button type="button" disabled={busy} onClick={() => void more()}>
                    {p('more')}
                  </button>
                </div>
              )}
            </>
          )
        }
      </Shown>
      <PingBody job={job} />
    </section>
  );
}
