// Says that somebody has an alert: until when, and a note for whoever looks next.
import { useState } from 'preact/hooks';
import type { OpenAlert } from '../../api/alerts.ts';
import { path, send } from '../../api/client.ts';
import { refreshed } from '../../api/live.ts';
import { now } from '../../clock.ts';
import { FormDialog } from '../../parts/dialog.tsx';
import { useAct } from '../../parts/feedback.tsx';
import { WordsField } from '../../parts/field.tsx';
import { useTexts } from '../../text/language.ts';
import { alertsTexts } from './texts.ts';
import { UntilField, type Chosen } from './until-field.tsx';
import { endOf } from './until.ts';

export function AckDialog({ alert: { id, summary }, onClose }: { alert: OpenAlert; onClose: () => void }) {
  const t = useTexts(alertsTexts);
  const [chosen, choose] = useState<Chosen>({ choice: 'over', moment: '' });
  const [note, setNote] = useState('');
  const [asked, setAsked] = useState(false);
  const [busy, run] = useAct();
  const acknowledge = async (until: number | undefined) => {
    const reason = note.trim();
    await send('POST', path`/v1/alerts/${id}/ack`, {
      ...(until === undefined ? {} : { until: new Date(until).toISOString() }),
      ...(reason === '' ? {} : { reason }),
    });
    await refreshed('/v1/alerts');
  };
  return (
    <FormDialog
      title={t('ack')}
      act={t('ackAct')}
      disabled={busy}
      onClose={onClose}
      onSubmit={() => {
        setAsked(true);
        const until = endOf(chosen.choice, chosen.moment, now());
        if (Number.isNaN(until)) return;
        void run(() => acknowledge(until), t('ackDone')).then((done) => done && onClose());
      }}
    >
      <p>
        <strong lang="en">{summary}</strong>
      </p>
      <p>{t('ackSays')}</p>
      <UntilField chosen={chosen} onChoose={choose} asked={asked} withOver />
      <WordsField label={t('ackNote')} hint={t('ackNoteHint')} value={note} onValue={setNote} />
    </FormDialog>
  );
}
