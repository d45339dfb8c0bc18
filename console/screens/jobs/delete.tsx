// Deletes a check for good, once its name has been written.
import { useId, useState } from 'preact/hooks';
import { get, path, send } from '../../api/client.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { useAct } from '../../parts/feedback.tsx';
import { partsTexts } from '../../parts/texts.ts';
import { go } from '../../router/router.tsx';
import { useTexts } from '../../text/language.ts';
import type { Check, JobDetail } from './answers.ts';
import { jobsTexts } from './texts.ts';

export function DeleteDialog({ job, onClose }: { job: JobDetail; onClose: () => void }) {
  const t = useTexts(jobsTexts);
  const p = useTexts(partsTexts);
  const [busy, run] = useAct();
  const [name, setName] = useState('');
  const id = useId();
  const remove = async () => {
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
    <Dialog title={t('ask.delete', { name: job.job })} onClose={onClose}>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (name === job.job) void remove();
        }}
      >
        <p>{t('ask.deleteHint')}</p>
        <div class="field">
          <label for={id}>{t('nameToDelete', { name: job.job })}</label>
          <input
            id={id}
            autocomplete="off"
            spellcheck={false}
            value={name}
            onInput={({ currentTarget }) => setName(currentTarget.value)}
          />
        </div>
        <div class="row">
          <button type="submit" class="danger" disabled={busy || name !== job.job}>
            {t('act.delete')}
          </button>
          <button type="button" onClick={onClose}>
            {p('cancel')}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
