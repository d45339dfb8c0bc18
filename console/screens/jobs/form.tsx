// Makes a check and changes one, with its schedule shown as it is written.
import { useEffect, useRef, useState } from 'preact/hooks';
import { useTitle } from '../../attention.ts';
import { get, path, send } from '../../api/client.ts';
import { useLive } from '../../api/live.ts';
import { ApiError } from '../../api/problem.ts';
import { useAct } from '../../parts/feedback.tsx';
import { Empty, Shown } from '../../parts/shown.tsx';
import { partsTexts } from '../../parts/texts.ts';
import { go, Link, to, useGuard, useParam } from '../../router/router.tsx';
import { useMay } from '../../session/me.ts';
import { useTexts } from '../../text/language.ts';
import type { Check, Job } from './answers.ts';
import { Channels } from './channels.tsx';
import { Body, Names, Times } from './fields.tsx';
import { bodyOf, draftOf, missingIn, NEW_CHECK, wrongIn, type Draft, type Wrong } from './check-draft.ts';
import { jobsTexts } from './texts.ts';

interface CheckFormProps {
  check?: Check;
  /** The same one, as the list has it. */
  job?: Job;
}

/** Of a new check, or of one that there is. */
export function CheckForm({ check, job }: CheckFormProps) {
  const t = useTexts(jobsTexts);
  const p = useTexts(partsTexts);
  const may = useMay();
  const [asked] = useParam('service');
  const [first] = useState<Draft>(() => (check ? draftOf(check, job?.channels) : NEW_CHECK));
  const [draft, setDraft] = useState(first);
  const [service, setService] = useState(job?.service ?? asked);
  const [refused, setWrong] = useState<Wrong>();
  /** How often it was sent off with something left out. */
  const [tries, setTries] = useState(0);
  const [busy, run] = useAct();
  const form = useRef<HTMLFormElement>(null);
  const isNew = check === undefined;
  const missing = missingIn(draft, service);
  const wrong = refused ?? (tries > 0 && missing.length > 0 ? { fields: missing, message: p('fillIn') } : undefined);
  const id = job?.id;
  const title = isNew ? t('newCheck') : t('editOf', { name: check.name });
  useTitle(title);
  useGuard(draft !== first || (isNew && service !== asked), t('unsaved'));
  const change = (part: Partial<Draft>) => {
    setDraft((was) => ({ ...was, ...part }));
    setWrong(undefined);
  };
  const name = (of: string) => {
    setService(of);
    setWrong(undefined);
  };
  // What is wrong may stand far above the button.
  useEffect(() => form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus(), [refused, tries]);
  const allowed = may('editor', service === '' ? undefined : service);
  const back = id === undefined ? '/jobs' : to`/jobs/${id}`;

  async function save(): Promise<void> {
    if (missing.length > 0) return setTries((was) => was + 1);
    let made: string | undefined;
    const done = await run(
      async () => {
        try {
          const address = isNew ? `/api/v3/checks/?service=${encodeURIComponent(service)}` : path`/api/v3/checks/${check.uuid ?? ''}`; // prettier-ignore
          const saved = await send<Check>('POST', address, bodyOf(draft, first));
          made = id ?? (await get<Job>(path`/v1/jobs/${saved.uuid ?? ''}`)).id;
        } catch (error) {
          if (error instanceof ApiError) setWrong(wrongIn(error.message));
          throw error;
        }
      },
      t(isNew ? 'done.make' : 'done.change'),
    );
    if (!done || made === undefined) return;
    // In the form's place, so that Back does not lead to it; and what is saved is guarded no more.
    go(to`/jobs/${made}`, { replace: true });
    scrollTo(0, 0);
  }

  return (
    <>
      <nav class="crumbs" aria-label={t('where')}>
        <Link to="/jobs">{t('jobs')}</Link>
        {id === undefined ? null : <Link to={back}>{check?.name === '' ? id.slice(0, 8) : (check?.name ?? '')}</Link>}
      </nav>
      <h1>{title}</h1>
      <form
        ref={form}
        class="card check-form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <Names {...{ draft, change, wrong, service, isNew }} setService={name} />
        <Times {...{ draft, change, wrong }} />
        <Channels
          chosen={draft.channels}
          before={first.channels}
          wrong={wrong?.fields.includes('channels') ? wrong.message : undefined}
          service={service}
          onChoose={(channels) => change({ channels })}
        />
        <Body {...{ draft, change, wrong }} />
        {wrong?.fields.length === 0 ? (
          <p class="note bad" role="alert">
            {wrong.message}
          </p>
        ) : null}
        <div class="row">
          <button
            type="submit"
            class="main"
            disabled={busy || !allowed}
            title={allowed ? undefined : p('mayNot', { role: 'editor' })}
          >
            {t(isNew ? 'make' : 'save')}
          </button>
          <Link class="button" to={back}>
            {p('cancel')}
          </Link>
        </div>
      </form>
    </>
  );
}

export function EditCheck({ id }: { id: string }) {
  const t = useTexts(jobsTexts);
  const job = useLive<Job>(path`/v1/jobs/${id}`, 60_000);
  const check = useLive<Check>(path`/api/v3/checks/${id}`, 60_000);
  const gone = <Empty title={t('gone')} />;
  return (
    <Shown of={job} missing={gone}>
      {(found) => (
        <Shown of={check} missing={gone}>
          {(data) =>
            data.uuid === undefined ? <Empty title={t('addressHidden')} /> : <CheckForm check={data} job={found} />
          }
        </Shown>
      )}
    </Shown>
  );
}
