// Deletes a check for good, once its name has been written.
import { useState } from 'preact/hooks';
import { get, path, send } from '../../api/client.ts';
import { FormDialog } from '../../parts/dialog.tsx';
import { useAct } from '../../parts/feedback.tsx';
import { Field } from '../../parts/field.tsx';
import { go } from '../../router/router.tsx';
import { useTexts } from '../../text/language.ts';
import type { Check, JobDetail } from './answers.ts';
import { jobsTexts } from './texts.ts';

export function DeleteDialog({ job, onClose }: { job: JobDetail; onClose: () => void }) {
  const t = useTexts(jobsTexts);
  const [busy, run] = useAct();
  const [name, setName] = useState('');
  const remove = async () => {
    if (name !== job.job) return;
    const done = await run(
      async () => {
        const { uuid = '' } = await get<Check>(path`/api/v3/checks/${job.id}`);
        await send('DELETE', path`/api/v3/checks/${uuid}`);
      },
      t('done.delete', { name: job.job }),
    );
    if (done) go('/jobs');
  };
  return (
    <FormDialog
      title={t('ask.delete', { name: job.job })}
      act={t('act.delete')}
      danger
      disabled={busy || name !== job.job}
      onClose={onClose}
      onSubmit={() => void remove()}
    >
      <p>{t('ask.deleteHint')}</p>
      <Field label={t('nameToDelete', { name: job.job })}>
        {(control) => (
          <input
            {...control}
            autocomplete="off"
            spellcheck={false}
            value={name}
            onInput={({ currentTarget }) => setName(currentTarget.value)}
          />
        )}
      </Field>
    </FormDialog>
  );
}
