// What people do with a job: start it, pause and resume it, say that they have seen it, change and delete it.
import { useState } from 'preact/hooks';
import { path, send } from '../../api/client.ts';
import { refreshed } from '../../api/live.ts';
import { ReasonDialog } from '../../parts/dialog.tsx';
import { useAct } from '../../parts/feedback.tsx';
import { Field } from '../../parts/field.tsx';
import { partsTexts } from '../../parts/texts.ts';
import { Link, to } from '../../router/router.tsx';
import { useMay, type Role } from '../../session/me.ts';
import { useTexts } from '../../text/language.ts';
import type { JobDetail } from './answers.ts';
import { DeleteDialog } from './delete.tsx';
import { StartDialog } from './start.tsx';
import { isIll } from './status.ts';
import { jobsTexts } from './texts.ts';

type Deed = 'start' | 'pause' | 'resume' | 'acknowledge' | 'delete';

export function Actions({ job }: { job: JobDetail }) {
  const t = useTexts(jobsTexts);
  const p = useTexts(partsTexts);
  const may = useMay();
  const [open, setOpen] = useState<Deed>();
  const close = () => setOpen(undefined);
  const isCheck = job.kind === 'check';
  const isPaused = job.paused !== undefined || (isCheck && job.status === 'paused');
  const button = (deed: Deed, role: Role, look = '') => {
    const allowed = may(role, job.service);
    return (
      <button
        type="button"
        class={look}
        disabled={!allowed}
        title={allowed ? undefined : p('mayNot', { role })}
        onClick={() => setOpen(deed)}
      >
        {t(`act.${deed}`)}
      </button>
    );
  };
  return (
    <div class="actions row">
      {isIll(job) && !job.acknowledged ? button('acknowledge', 'editor', 'main') : null}
      {isCheck || job.status === 'retired' ? null : button('start', 'publisher')}
      {job.status === 'retired' ? null : button(isPaused ? 'resume' : 'pause', 'editor')}
      {isCheck ? (
        <>
          {may('editor', job.service) ? (
            <Link class="button" to={to`/jobs/${job.id}/edit`}>
              {t('edit')}
            </Link>
          ) : null}
          {button('delete', 'editor', 'danger')}
        </>
      ) : (
        <Link class="button" to={`${to`/rules/${job.service}`}?at=${encodeURIComponent(`/jobs/${job.job}`)}`}>
          {t('editRules')}
        </Link>
      )}
      {open === 'start' ? <StartDialog job={job} onClose={close} /> : null}
      {open === 'delete' ? <DeleteDialog job={job} onClose={close} /> : null}
      {open === 'pause' || open === 'resume' || open === 'acknowledge' ? (
        <DeedDialog job={job} deed={open} onClose={close} />
      ) : null}
    </div>
  );
}

/** Asks why, and until when where that may be said. */
function DeedDialog({
  job,
  deed,
  onClose,
}: {
  job: JobDetail;
  deed: 'pause' | 'resume' | 'acknowledge';
  onClose: () => void;
}) {
  const t = useTexts(jobsTexts);
  const [busy, run] = useAct();
  const [until, setUntil] = useState('');
  const hasEnd = deed === 'acknowledge' || (deed === 'pause' && job.kind === 'declared');
  const act = async (reason: string) => {
    const end = hasEnd && until !== '' ? { until: new Date(until).toISOString() } : {};
    const done = await run(
      async () => {
        await send('POST', `${path`/v1/jobs/${job.id}`}/${deed}`, { reason, ...end });
        await refreshed(path`/v1/jobs/${job.id}`);
      },
      t(`done.${deed}`),
    );
    if (done) onClose();
  };
  return (
    <ReasonDialog
      title={t(`ask.${deed}`, { name: job.job })}
      act={t(`act.${deed}`)}
      busy={busy}
      onClose={onClose}
      onReason={(reason) => void act(reason)}
    >
      <p>{t(deed === 'pause' && job.kind === 'check' ? 'ask.pauseCheckHint' : `ask.${deed}Hint`)}</p>
      {hasEnd ? (
        <Field label={t('untilWhen')} hint={t(deed === 'pause' ? 'untilPauseHint' : 'untilSeenHint')}>
          {(control) => (
            <input
              {...control}
              type="datetime-local"
              value={until}
              onInput={({ currentTarget }) => setUntil(currentTarget.value)}
            />
          )}
        </Field>
      ) : null}
    </ReasonDialog>
  );
}
