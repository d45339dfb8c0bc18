// Makes a check and changes one, with its schedule shown as it is written.
import { useState } from 'preact/hooks';
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
import { Body, Names, Times } from './fields.tsx';
import { bodyOf, draftOf, NEW_CHECK, wrongIn, type Draft, type Wrong } from './check-draft.ts';
import { jobsTexts } from './texts.ts';

/** Of a new check, or of one that there is. */
export function CheckForm({ check, service: of, id }: { check?: Check; service?: string; id?: string }) {
  const t = useTexts(jobsTexts);
  const p = useTexts(partsTexts);
  const may = useMay();
  const [asked] = useParam('service');
  const [first] = useState<Draft>(() => (check ? draftOf(check) : NEW_CHECK));
  const [draft, setDraft] = useState(first);
  const [service, setService] = useState(of ?? asked);
  const [wrong, setWrong] = useState<Wrong>();
  const [busy, run] = useAct();
  const isNew = check === undefined;
  const title = isNew ? t('newCheck') : t('editOf', { name: check.name });
  useTitle(title);
  useGuard(draft !== first, t('unsaved'));
  const change = (part: Partial<Draft>) => {
    setDraft((was) => ({ ...was, ...part }));
    setWrong(undefined);
  };
  const allowed = may('editor', service === '' ? undefined : service);
  const back = id === undefined ? '/jobs' : to`/jobs/${id}`;

  async function save(): Promise<void> {
    if (isNew && service === '') return setWrong({ field: 'service', message: t('serviceMissing') });
    let made: string | undefined;
    const done = await run(
      async () => {
        try {
          const address = isNew ? `/api/v3/checks/?service=${encodeURIComponent(service)}` : path`/api/v3/checks/${check.uuid ?? ''}`; // prettier-ignore
          const saved = await send<Check>('POST', address, bodyOf(draft));
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
        class="card check-form"
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <Names {...{ draft, change, wrong, service, isNew, setService }} />
        <Times {...{ draft, change, wrong }} />
        <Body {...{ draft, change, wrong }} />
        {wrong && wrong.field === undefined ? (
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
      {({ service }) => (
        <Shown of={check} missing={gone}>
          {(data) =>
            data.uuid === undefined ? (
              <Empty title={t('addressHidden')} />
            ) : (
              <CheckForm {...{ check: data, service, id }} />
            )
          }
        </Shown>
      )}
    </Shown>
  );
}
