// Starts a job now, after saying what that means.
import { useState } from 'preact/hooks';
import { idempotencyKey, path, send } from '../../api/client.ts';
import { refreshed } from '../../api/live.ts';
import { FormDialog } from '../../parts/dialog.tsx';
import { useAct } from '../../parts/feedback.tsx';
import { Field, WordsField } from '../../parts/field.tsx';
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
      <WordsField label={p('reason')} value={reason} onValue={setReason} />
      <details>
        <summary>{t('payload')}</summary>
        <Field label="JSON" hint={t('payloadHint')} wrong={wrong ? t('payloadWrong') : undefined}>
          {(control) => (
            <textarea
              {...control}
              class="mono"
              rows={4}
              spellcheck={false}
              value={payload}
              onInput={({ currentTarget }) => setPayload(currentTarget.value)}
            />
          )}
        </Field>
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
