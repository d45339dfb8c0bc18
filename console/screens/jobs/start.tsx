// Starts a job now, after saying what that means.
import { useId, useState } from 'preact/hooks';
import { idempotencyKey, path, send } from '../../api/client.ts';
import { refreshed } from '../../api/live.ts';
import { useAct } from '../../parts/feedback.tsx';
import { FormDialog } from '../../parts/form-dialog.tsx';
import { partsTexts } from '../../parts/texts.ts';
import { useTexts } from '../../text/language.ts';
import type { JobDetail } from './answers.ts';
import { jobsTexts } from './texts.ts';

export function StartDialog({ job, onClose }: { job: JobDetail; onClose: () => void }) {
  const t = useTexts(jobsTexts);
  const p = useTexts(partsTexts);
  const [busy, run] = useAct();
  // Pressed twice, or sent again after a lost answer, it starts once.
  const [key] = useState(idempotencyKey);
  const [reason, setReason] = useState('');
  const [payload, setPayload] = useState('');
  const [wrong, setWrong] = useState(false);
  const id = useId();
  const start = async () => {
    const given = jsonIn(payload);
    setWrong(given === undefined);
    if (given === undefined) return;
    const body = { ...(reason.trim() === '' ? {} : { reason: reason.trim() }), ...given };
    const done = await run(async () => {
      await send('POST', path`/v1/jobs/${job.id}/start`, body, { 'idempotency-key': key });
      await refreshed(path`/v1/jobs/${job.id}`);
    }, t('done.start'));
    if (done) onClose();
  };
  return (
    <FormDialog
      title={t('ask.start', { name: job.job })}
      act={t('act.start')}
      disabled={busy}
      onClose={onClose}
      onSubmit={() => void start()}
    >
      <p>{t('ask.startHint', { function: job.function ?? '–' })}</p>
      <div class="field">
        <label for={`${id}-reason`}>{p('reason')}</label>
        <textarea
          id={`${id}-reason`}
          rows={2}
          maxLength={500}
          value={reason}
          onInput={({ currentTarget }) => setReason(currentTarget.value)}
        />
      </div>
      <details>
        <summary>{t('payload')}</summary>
        <div class="field">
          <label for={`${id}-payload`}>JSON</label>
          <textarea
            id={`${id}-payload`}
            class="mono"
            rows={4}
            spellcheck={false}
            value={payload}
            aria-invalid={wrong}
            aria-describedby={`${id}-hint`}
            onInput={({ currentTarget }) => setPayload(currentTarget.value)}
          />
          <span id={`${id}-hint`} class={wrong ? 'wrong' : 'quiet'}>
            {t(wrong ? 'payloadWrong' : 'payloadHint')}
          </span>
        </div>
      </details>
    </FormDialog>
  );
}

/** Undefined of what is no JSON; nothing when nothing is written. */
function jsonIn(text: string): { readonly payload?: unknown } | undefined {
  if (text.trim() === '') return {};
  try {
    return { payload: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
}
